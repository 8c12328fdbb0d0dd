import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { ofReadings, ofRollups, type ChartData } from '../core/chart-data.js';
import { resolutionFor, STEP_MS, type Range, type Resolution } from '../core/resolution.js';
import { read } from './client.js';

const PAGE = 1000;
/** A chart of readings is made of so many pages at most; of more there are rollups. */
const MOST_PAGES = 5;

/** A part of a device's past: fixed, or the last while. */
export type Span = { readonly last: number } | Range;

export const lengthOf = (span: Span): number => ('last' in span ? span.last : span.to - span.from);
export const rangeOf = (span: Span, now: number): Range =>
  'last' in span ? { from: now - span.last, to: now } : span;

/** What a chart shows, and what it was made of. */
export interface History {
  readonly data: ChartData;
  readonly resolution: Resolution;
}

/** Late readings revise rows, also of the past: they are looked at again now and then. */
const REVISED_MS: Readonly<Record<Resolution, number>> = {
  raw: 15_000,
  '1m': 20_000,
  '1h': 60_000,
  '1d': 300_000,
};

/** One sensor of a device over a span. */
export const historyQuery = (id: string, sensor: string, span: Span) =>
  queryOptions({
    queryKey: ['device', id, 'history', sensor, span],
    queryFn: async ({ signal }): Promise<History> => {
      const range = rangeOf(span, Date.now());
      const resolution = resolutionFor(lengthOf(span));
      if (resolution !== 'raw') return rollups(id, sensor, range, resolution, signal);
      return (
        (await readings(id, sensor, range, signal)) ?? rollups(id, sensor, range, '1m', signal)
      );
    },
    refetchInterval: REVISED_MS[resolutionFor(lengthOf(span))],
    placeholderData: keepPreviousData,
  });

async function rollups(
  id: string,
  sensor_type: string,
  { from, to }: Range,
  window: Exclude<Resolution, 'raw'>,
  signal: AbortSignal,
): Promise<History> {
  const query = { sensor_type, window, from: String(Math.floor(from)), to: String(Math.ceil(to)) };
  const rows = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const path = '/devices/{id}/aggregates';
    const answer = await read(path, { ...query, limit: PAGE, cursor }, { id, signal });
    rows.push(...answer.data);
    cursor = answer.next_cursor ?? undefined;
    if (cursor === undefined) break;
  }
  return { data: ofRollups(rows, STEP_MS[window]), resolution: window };
}

/** Undefined: there are too many. */
async function readings(
  id: string,
  sensor_type: string,
  { from, to }: Range,
  signal: AbortSignal,
): Promise<History | undefined> {
  const query = { sensor_type, from: String(Math.floor(from)), to: String(Math.ceil(to)) };
  const points: { ts: string | null; value: number }[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const path = '/devices/{id}/telemetry';
    const answer = await read(path, { ...query, limit: PAGE, cursor }, { id, signal });
    for (const row of answer.data) {
      const value = (row as unknown as Record<string, unknown>)[sensor_type];
      if (typeof value === 'number') points.push({ ts: row.ts, value });
    }
    cursor = answer.next_cursor ?? undefined;
    if (cursor === undefined) return { data: ofReadings(points), resolution: 'raw' };
  }
  return undefined;
}
