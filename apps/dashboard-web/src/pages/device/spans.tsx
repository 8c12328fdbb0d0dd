import { lengthOf, type Span } from '../../api/history.js';
import { moment } from '../../core/format.js';
import { resolutionFor, type Range } from '../../core/resolution.js';
import { Icon } from '../../shell/icons.js';
import { useZone } from '../../shell/theme.js';
import type { ChartActs } from './chart.js';

const HOUR = 3_600_000;
const SPANS = [
  [HOUR / 4, '15 min'],
  [HOUR, '1 h'],
  [6 * HOUR, '6 h'],
  [24 * HOUR, '24 h'],
  [168 * HOUR, '7 d'],
  [720 * HOUR, '30 d'],
  [8760 * HOUR, '1 y'],
] as const;

const MADE_OF = {
  raw: 'single readings',
  '1m': 'minutes',
  '1h': 'hours',
  '1d': 'days',
} as const;

interface Props {
  readonly span: Span;
  readonly range: Range;
  readonly choose: (last: number) => void;
  readonly acts: ChartActs;
}

/** What part of the past the charts show. */
export function Spans({ span, range, choose, acts }: Props) {
  const zone = useZone();
  return (
    <div className="spans" role="group" aria-label="Time shown">
      <div className="span-buttons">
        {SPANS.map(([last, text]) => (
          <button
            key={last}
            type="button"
            aria-pressed={'last' in span && span.last === last}
            onClick={() => choose(last)}
          >
            {text}
          </button>
        ))}
      </div>
      <div className="span-buttons">
        <button type="button" aria-label="Earlier" onClick={() => acts.pan(-0.5)}>
          <Icon name="back" />
        </button>
        <button type="button" aria-label="Zoom in" onClick={() => acts.zoom(0.5)}>
          +
        </button>
        <button type="button" aria-label="Zoom out" onClick={() => acts.zoom(2)}>
          −
        </button>
        <button type="button" aria-label="Later" onClick={() => acts.pan(0.5)}>
          <Icon name="on" />
        </button>
      </div>
      <span className="quiet-text figure">
        {moment(range.from, zone)} to {'last' in span ? 'now' : moment(range.to, zone)} · made of{' '}
        {MADE_OF[resolutionFor(lengthOf(span))]}
      </span>
    </div>
  );
}
