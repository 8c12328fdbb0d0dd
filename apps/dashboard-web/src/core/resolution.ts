export type Resolution = 'raw' | '1m' | '1h' | '1d';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How far apart the points of a resolution are, ms; of raw readings nobody knows. */
export const STEP_MS: Readonly<Record<Exclude<Resolution, 'raw'>, number>> = {
  '1m': MINUTE,
  '1h': HOUR,
  '1d': DAY,
};

/** What a chart of so long a span is drawn from: never more than a thousand points of a rollup. */
export function resolutionFor(spanMs: number): Resolution {
  if (spanMs <= 15 * MINUTE) return 'raw';
  if (spanMs <= 16 * HOUR) return '1m';
  return spanMs <= 40 * DAY ? '1h' : '1d';
}

/** A part of time, epoch ms. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

export const SHORTEST_MS = 10_000;
export const LONGEST_MS = 20 * 365 * DAY;

/** The range so many times as long, about its middle. */
export function zoomed({ from, to }: Range, times: number): Range {
  const middle = (from + to) / 2;
  const span = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, (to - from) * times));
  return { from: Math.round(middle - span / 2), to: Math.round(middle + span / 2) };
}

/** The range moved by so much of its length; backwards where that is negative. */
export function panned({ from, to }: Range, part: number): Range {
  const by = Math.round((to - from) * part);
  return { from: from + by, to: to + by };
}
