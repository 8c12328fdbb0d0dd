import { duration } from '../core/format.js';
import { useFreshness, useLive } from '../live/use-live.js';

/** How old what the page shows is: it never pretends. */
export function LiveMark() {
  const { state, age } = useFreshness();
  const trouble = useLive((live) => live.trouble);
  const text = {
    waiting: 'connecting …',
    live: 'live',
    old: `${duration(age)} old`,
    offline: age > 0 ? `offline, ${duration(age)} old` : 'offline',
  }[state];
  return (
    <div className={`live-mark ${state}`} title={trouble ?? 'How old what you see is'}>
      <span className="dot" aria-hidden="true" />
      <span role="status" aria-live="polite">
        {state === 'old' || state === 'offline' ? (
          <>
            <span aria-hidden="true">{text}</span>
            <span className="unseen">{state === 'old' ? 'not up to date' : 'offline'}</span>
          </>
        ) : (
          text
        )}
      </span>
    </div>
  );
}
