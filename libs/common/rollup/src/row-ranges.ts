import { rowId, type RowKey } from './row.js';
import type { WindowSize } from './window.js';

/** Ids of a device from `from` (included) to `below` (excluded), or one. */
export type IdRange = { readonly deviceId: string; readonly from: string; readonly below: string };

/** Window starts of 13 digits (2001 to 2286): as texts they sort like numbers. */
const [FIRST_13, LAST_13] = [1e12, 1e13 - 1];

/**
 * The ids of all rows of size `smaller` in each key's window: as ranges, adjoining windows of a
 * series joined. A row's id ends in its start, so a range of starts is a range of ids. Where starts
 * differ in their number of digits, each id is a range of its own.
 */
export function* rowRanges(keys: readonly RowKey[], smaller: WindowSize): Generator<IdRange> {
  const sorted = [...keys].sort(
    (a, b) =>
      compare(a.deviceId, b.deviceId) || compare(a.sensorType, b.sensorType) || a.start - b.start,
  );
  for (let i = 0; i < sorted.length;) {
    const { deviceId, sensorType, start, window } = sorted[i]!;
    let end = start + window.ms;
    for (i++; i < sorted.length; i++) {
      const next = sorted[i]!;
      if (next.deviceId !== deviceId || next.sensorType !== sensorType || next.start > end) break;
      end = Math.max(end, next.start + next.window.ms);
    }
    const id = (at: number): string => rowId(deviceId, sensorType, smaller.label, at);
    if (start >= FIRST_13 && end <= LAST_13) yield { deviceId, from: id(start), below: id(end) };
    else
      for (let at = start; at < end; at += smaller.ms)
        yield { deviceId, from: id(at), below: `${id(at)} ` };
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
