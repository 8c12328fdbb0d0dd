import { distinctValues } from '@iot/mongo';
import type { Sources } from './sources.js';

/** Devices from `from` (included) to `below` (excluded), by id. */
export interface Slice {
  readonly from?: string;
  readonly below?: string;
  readonly device?: string;
}

/** Rows that the raw events may make where there are none yet: one for so many events. */
const EVENTS_PER_ROW = 10;

/**
 * Cuts the devices into ranges of about `rowsPerSlice` rollup rows; where that is all of them, into
 * one. One device is never cut. Together the ranges hold every device id there can be.
 */
export async function* slices(
  { raw, rollups }: Sources['mongo'],
  rowsPerSlice: number,
  device?: string,
): AsyncGenerator<Slice> {
  if (device !== undefined) return yield { device };
  const [events, rows] = await Promise.all([
    raw.estimatedDocumentCount(),
    rollups.estimatedDocumentCount(),
  ]);
  const number = Math.ceil(Math.max(rows, events / EVENTS_PER_ROW) / rowsPerSlice);
  if (number <= 1) return yield {};
  const perSlice = events / number;
  let from: string | undefined;
  let taken = 0;
  for await (const id of distinctValues(raw, 'device_id')) {
    // By the index alone, and no further than it matters: a count of all of them at once would
    // outlast any deadline.
    const more = await raw.countDocuments({ device_id: id }, { limit: Math.ceil(perSlice) });
    if (taken > 0 && taken + more > perSlice) {
      yield { ...(from === undefined ? {} : { from }), below: id };
      from = id;
      taken = 0;
    }
    taken += more;
  }
  yield from === undefined ? {} : { from };
}

/** The slice, and the times asked for, as a query on `device_id` and a time field. */
export function sliceFilter(
  { from, below, device }: Slice,
  field: string,
  start?: number,
  end?: number,
): Record<string, unknown> {
  const ids = {
    ...(from !== undefined && { $gte: from }),
    ...(below !== undefined && { $lt: below }),
  };
  const times = {
    ...(start !== undefined && { $gte: new Date(start) }),
    ...(end !== undefined && { $lt: new Date(end) }),
  };
  return {
    ...(device !== undefined
      ? { device_id: device }
      : Object.keys(ids).length > 0 && { device_id: ids }),
    ...(Object.keys(times).length > 0 && { [field]: times }),
  };
}
