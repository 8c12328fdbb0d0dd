import { zoneName } from '../core/format.js';
import { Icon } from './icons.js';
import { theme, useTheme, useZone, zone, type Theme } from './theme.js';

const NEXT: Readonly<Record<Theme, Theme>> = { system: 'light', light: 'dark', dark: 'system' };
const ICONS = { system: 'system', light: 'sun', dark: 'moon' } as const;

/** What the viewer may choose: the zone of times, and the theme. */
export function Choices() {
  const [chosenZone, chosenTheme] = [useZone(), useTheme()];
  return (
    <div className="choices">
      <button
        type="button"
        className="plain"
        onClick={() => zone.set(chosenZone === 'UTC' ? 'local' : 'UTC')}
        title={`Times are shown in ${zoneName(chosenZone)}`}
      >
        {chosenZone === 'UTC' ? 'UTC' : 'Local time'}
      </button>
      <button
        type="button"
        className="plain"
        onClick={() => theme.set(NEXT[chosenTheme])}
        aria-label={`Theme: ${chosenTheme}; change`}
        title={`Theme: ${chosenTheme}`}
      >
        <Icon name={ICONS[chosenTheme]} />
      </button>
    </div>
  );
}
