import { ago, moment } from '../core/format.js';
import { useNow } from '../live/use-live.js';
import { useZone } from '../shell/theme.js';

interface Of {
  /** ISO 8601, or null where there is none. */
  readonly at: string | null | undefined;
}

/** A moment in the viewer's zone, with UTC at hand. */
export function Moment({ at }: Of) {
  const zone = useZone();
  if (!at) return <>–</>;
  const time = Date.parse(at);
  return (
    <time dateTime={at} title={`${moment(time, 'UTC')} UTC`} className="figure">
      {moment(time, zone)}
    </time>
  );
}

/** How long ago a moment is, with the moment at hand. */
export function Ago({ at }: Of) {
  const zone = useZone();
  const now = useNow();
  if (!at) return <>–</>;
  const time = Date.parse(at);
  const title = `${moment(time, zone)} · ${moment(time, 'UTC')} UTC`;
  return (
    <time dateTime={at} title={title} className="figure">
      {ago(time, now)}
    </time>
  );
}
