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
 * Cuts the devices into ranges of about `rowsPerSlice` rollup rows; where that is all of them, into one. One device is never cut. Together the
 * ranges hold every device id there can be.
 */
export async function* slices({ raw, rollups }: Sources['mongo'], rowsPerSlice: number, device?: string): AsyncGenerator<Slice> {
  if (device !== undefined) return yield { device };
  const [events, rows] = await Promise.all([raw.estimatedDocumentCount(), rollups.estimatedDocumentCount()]);
  const number = Math.ceil(Math.max(rows, events / EVENTS_PER_ROW) / rowsPerSlice);
  if (number <= 1) return yield {};
  const counts = raw.aggregate<{ _id: string; events: number }>(
    [{ $group: { _id: '$device_id', events: { $sum: 1 } } }, { $sort: { _id: 1 } }],
    { allowDiskUse: true, batchSize: 10_000 },
  );
  let from: string | undefined;
  let taken = 0;
  for await (const { _id, events: more } of counts) {
    if (taken > 0 && taken + more > events / number) {
      yield { ...(from === undefined ? {} : { from }), below: _id };
      from = _id;
      taken = 0;
    }
    taken += more;
  }
  yield from === undefined ? {} : { from };
}

/** The slice, and the times asked for, as a query on `device_id` and a time field. */
export function sliceFilter({ from, below, device }: Slice, field: string, start?: number, end?: number): Record<string, unknown> {
  const ids = { ...(from !== undefined && { $gte: from }), ...(below !== undefined && { $lt: below }) };
  const times = { ...(start !== undefined && { $gte: new Date(start) }), ...(end !== undefined && { $lt: new Date(end) }) };
  return {
    ...(device !== undefined ? { device_id: device } : Object.keys(ids).length > 0 && { device_id: ids }),
    ...(Object.keys(times).length > 0 && { [field]: times }),
  };
}
