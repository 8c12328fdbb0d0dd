import type { RawDocument } from '@iot/common/mongo';
import { MongoBulkWriteError, duplicateKeyIndexes } from '@iot/common/mongo';
import { MongoRollupStore, recompute, rowKey, windowStart, type RowKey, type WindowSize } from '@iot/common/rollup';
import type { Platform } from '../connection/platform.js';
import { repairDevices } from './device-repair.js';
import type { LostEvent } from './log-scan.js';
import type { Progress } from './options.js';
import { keyOf } from './raw-document.js';
import type { Verdict } from './verify.js';

export interface Repaired {
  readonly events: number;
  readonly rows: number;
  readonly rowsRemoved: number;
  readonly devices: number;
}

const CHUNK = 1000;
/** As verify has it: a time-to-live index removes documents up to a while late or early. */
const HOUR_MS = 3_600_000;

/**
 * Puts back the raw events that the log still has, each under its own record, and recomputes the rows that they or a fault touch, in the way
 * of the aggregator: beside running workers no row is overwritten. Rows without any raw event are removed. The devices of these events, and those that
 * a fault is in, are made what the raw events say. Nothing else is changed.
 */
export async function repair({ mongo, config }: Platform, { repairs }: Verdict, progress: Progress, now = Date.now()): Promise<Repaired> {
  for (let i = 0; i < repairs.events.length; i += CHUNK) {
    await putBack(mongo.raw, repairs.events.slice(i, i + CHUNK));
    progress(`${Math.min(i + CHUNK, repairs.events.length)} of ${repairs.events.length} raw events put back`);
  }
  const store = new MongoRollupStore(mongo.raw, mongo.rollups, config.rollupRetentionMs);
  const bySize = touchedRows(repairs, config.windows, now - config.rawRetentionMs);
  const counts = { events: repairs.events.length, rows: 0, rowsRemoved: 0, devices: 0 };
  for (const { size, keys } of bySize)
    for (let i = 0; i < keys.length; i += CHUNK) {
      const some = keys.slice(i, i + CHUNK);
      const before = await store.readRows(some.map(({ id }) => id));
      const settled = await recompute(store, size, some, config.windows);
      counts.rows += settled.size;
      for (const { id } of some) {
        const row = before.get(id);
        if (row && !settled.has(id)) counts.rowsRemoved += (await mongo.rollups.deleteOne({ _id: id, version: row.version })).deletedCount;
      }
      progress(`${counts.rows} rows recomputed`);
    }
  const putBackDevices = repairs.events.map(({ event }) => event.device);
  const devices = [...new Set([...repairs.devices, ...putBackDevices])];
  counts.devices = await repairDevices(mongo, devices, now - config.rawRetentionMs + HOUR_MS);
  return counts;
}

async function putBack(raw: Platform['mongo']['raw'], events: readonly LostEvent[]): Promise<void> {
  const documents = events.map(({ event: { id, device, ts, arrivedAt, values, lat, lon }, source }): RawDocument => {
    const place = lat === undefined || lon === undefined ? {} : { lat, lon };
    const fixed = { _id: keyOf(device, id), event_id: id, device_id: device, ts: new Date(ts), received_at: new Date(arrivedAt), source };
    return { ...fixed, ...Object.fromEntries(values), ...place };
  });
  try {
    await raw.insertMany(documents, { ordered: false });
  } catch (error) {
    if (!(error instanceof MongoBulkWriteError)) throw error;
    duplicateKeyIndexes(error);
  }
}

/** The rows to recompute by window size, smallest first: larger ones are made of smaller ones. */
function touchedRows(
  { events, rows }: Verdict['repairs'],
  windows: readonly WindowSize[],
  retainedFrom: number,
): { size: WindowSize; keys: RowKey[] }[] {
  const keys = new Map<string, RowKey>();
  const add = (device: string, sensor: string, size: WindowSize, start: number): void => {
    const key = rowKey(device, sensor, size, start);
    if (start >= retainedFrom) keys.set(key.id, key);
  };
  for (const { event } of events)
    for (const [sensor] of event.values) for (const size of windows) add(event.device, sensor, size, windowStart(event.ts, size.ms));
  for (const { device, sensor, window, start } of rows) add(device, sensor, window, start);
  const bySize = Map.groupBy(keys.values(), ({ window }) => window.ms);
  return [...bySize.values()].sort((a, b) => a[0]!.window.ms - b[0]!.window.ms).map((some) => ({ size: some[0]!.window, keys: some }));
}
