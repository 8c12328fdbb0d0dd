/** What of the logs the address says to show. */
export interface LogsSearch {
  readonly service?: string;
  readonly level?: Level;
  readonly device?: string;
  readonly event?: string;
  readonly trace?: string;
  readonly text?: string;
  /** How far back, milliseconds. */
  readonly last?: number;
  /** The moment, epoch ms, about which it was; `last` has no say then. */
  readonly at?: number;
}

export const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export type Level = (typeof LEVELS)[number];

const HOUR_MS = 3_600_000;
/** How far back one may look, with what that is called. */
export const SPANS = [
  [HOUR_MS / 4, 'Last 15 min'],
  [HOUR_MS, 'Last hour'],
  [HOUR_MS * 6, 'Last 6 hours'],
  [HOUR_MS * 24, 'Last day'],
  [HOUR_MS * 24 * 7, 'Last week'],
] as const;
export const DEFAULT_SPAN = HOUR_MS;
/** How far to each side of a moment one looks. */
const AROUND_MS = HOUR_MS / 4;
const LAST_MOMENT = 8.64e15 - AROUND_MS;

/** Reads it; what makes no sense counts as absent. */
export function logsSearch(given: Record<string, unknown>): LogsSearch {
  const text = (name: string, least = 1): string | undefined => {
    const value = given[name];
    const said = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
    return said.length >= least ? said.slice(0, 128) : undefined;
  };
  const level = LEVELS.find((each) => each === given['level']);
  const last = SPANS.find(([ms]) => ms === Number(given['last']))?.[0];
  const moment = Number(given['at'] ?? NaN);
  const at = Number.isInteger(moment) && moment > 0 && moment < LAST_MOMENT ? moment : undefined;
  const [service, device, event] = [text('service'), text('device'), text('event')];
  const words = text('text', 2);
  const trace = /^[\da-f]{32}$/.exec(text('trace') ?? '')?.[0];
  return {
    ...(service && { service }),
    ...(level && { level }),
    ...(device && { device }),
    ...(event && { event }),
    ...(trace && { trace }),
    ...(words && { text: words }),
    ...(at ? { at } : last && last !== DEFAULT_SPAN && { last }),
  };
}

/** The times that are looked through, as the API asks for them. @param now epoch ms */
export const lineTimes = ({ at, last = DEFAULT_SPAN }: LogsSearch, now: number) =>
  at === undefined
    ? { from: String(now - last) }
    : { from: String(at - AROUND_MS), to: String(at + AROUND_MS) };

/** The same as the API asks for it. */
export const lineFilters = ({ service, level, device, event, trace, text }: LogsSearch) => ({
  ...(service && { service }),
  ...(level && { level }),
  ...(device && { device_id: device }),
  ...(event && { event_id: event }),
  ...(trace && { trace_id: trace }),
  ...(text && { text }),
});
