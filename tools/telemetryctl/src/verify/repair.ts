import type { RawDocument } from '@iot/mongo';
import { MongoBulkWriteError, duplicateKeyIndexes } from '@iot/mongo';
import {
  MongoRollupStore,
  recompute,
  rowFloor,
  rowKey,
  sourceOf,
  windowStart,
  type RowKey,
  type Standing,
  type WindowSize,
} from '@iot/rollup';
import { withFacts } from '../connection/facts.js';
import type { Platform } from '../connection/platform.js';
import { repairDevices } from './device-repair.js';
import { JudgedRows } from './judged-rows.js';
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

/**
 * Puts back the raw events that the log still has, each under its own record, and recomputes the
 * rows that they or a fault touch, in the way of the aggregator: beside running workers no row is
 * overwritten. Rows without any raw event are removed. The devices of these events, and those that
 * a fault is in, are made what the raw events say. Nothing else is changed.
 */
export async function repair(
  { mongo, config }: Platform,
  { repairs }: Verdict,
  progress: Progress,
): Promise<Repaired> {
  for (let i = 0; i < repairs.events.length; i += CHUNK) {
    await putBack(mongo.raw, repairs.events.slice(i, i + CHUNK));
    progress(
      `${Math.min(i + CHUNK, repairs.events.length)} of ${repairs.events.length} raw events put back`,
    );
  }
  const store = new MongoRollupStore(mongo.raw, mongo.rollups, config.rollupRetentionMs);
  return withFacts(mongo, config, async ({ facts, standing }) => {
    const counts = { events: repairs.events.length, rows: 0, rowsRemoved: 0, devices: 0 };
    for (const { size, keys } of touchedRows(repairs, config.windows, standing()))
      for (let i = 0; i < keys.length; i += CHUNK) {
        const some = keys.slice(i, i + CHUNK);
        const before = await store.readRows(some.map(({ id }) => id));
        const { rows: settled, beyond } = await recompute(
          store,
          size,
          some,
          config.windows,
          standing,
        );
        counts.rows += settled.size;
        const unknown = new Set(beyond.map(({ id }) => id));
        for (const { id, deviceId } of some) {
          const row = before.get(id);
          if (row && !settled.has(id) && !unknown.has(id))
            counts.rowsRemoved += (
              await mongo.rollups.deleteOne({
                _id: id,
                device_id: deviceId,
                version: row.version,
              })
            ).deletedCount;
        }
        progress(`${counts.rows} rows recomputed`);
      }
    const putBackDevices = repairs.events.map(({ event }) => event.device);
    const devices = [...new Set([...repairs.devices, ...putBackDevices])];
    counts.devices = await repairDevices(
      mongo,
      devices,
      new JudgedRows(facts, Date.now()).retainedFrom,
    );
    return counts;
  });
}

async function putBack(raw: Platform['mongo']['raw'], events: readonly LostEvent[]): Promise<void> {
  const documents = events.map(({ event, source }): RawDocument => {
    const { id, device, ts, receivedAt, values, lat, lon, attributes } = event;
    const location = lat === undefined || lon === undefined ? {} : { lat, lon };
    const fixed = {
      _id: keyOf(device, id),
      event_id: id,
      device_id: device,
      ts: new Date(ts),
      received_at: new Date(receivedAt),
      source,
    };
    const others = attributes === undefined ? {} : { attributes };
    return { ...fixed, ...Object.fromEntries(values), ...location, ...others };
  });
  try {
    await raw.insertMany(documents, { ordered: false });
  } catch (error) {
    if (!(error instanceof MongoBulkWriteError)) throw error;
    duplicateKeyIndexes(error);
  }
}

/**
 * The rows to recompute by window size, smallest first: larger ones are made of smaller ones. Those
 * that all is there for, and that are kept.
 */
function touchedRows(
  { events, rows }: Verdict['repairs'],
  windows: readonly WindowSize[],
  { facts, now }: Standing,
): { size: WindowSize; keys: RowKey[] }[] {
  const keys = new Map<string, RowKey>();
  const add = (device: string, sensor: string, size: WindowSize, start: number): void => {
    const key = rowKey(device, sensor, size, start);
    const known = facts.sizes[size.label];
    if (known && start >= rowFloor(known, now) && sourceOf(facts, windows, size, start, now))
      keys.set(key.id, key);
  };
  for (const { event } of events)
    for (const [sensor] of event.values)
      for (const size of windows) add(event.device, sensor, size, windowStart(event.ts, size.ms));
  for (const { device, sensor, window, start } of rows) add(device, sensor, window, start);
  const bySize = Map.groupBy(keys.values(), ({ window }) => window.ms);
  return [...bySize.values()]
    .sort((a, b) => a[0]!.window.ms - b[0]!.window.ms)
    .map((some) => ({ size: some[0]!.window, keys: some }));
}
