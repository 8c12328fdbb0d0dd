import { distinctValues } from '@iot/mongo';
import {
  alignUp,
  MongoRollupStore,
  noteBackfilled,
  rawFloor,
  recompute,
  rowFloor,
  rowKey,
  sourceOf,
  windowStart,
  type RowKey,
  type WindowSize,
} from '@iot/rollup';
import { withFacts } from '../connection/facts.js';
import type { Platform } from '../connection/platform.js';

export interface BackfillOptions {
  readonly window: WindowSize;
  /** Epoch ms; windows are built that start in [from, to). */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly device?: string | undefined;
  /** Devices up to and with this id are done already. */
  readonly after?: string | undefined;
  readonly dryRun?: boolean | undefined;
}

export interface Backfilled {
  devices: number;
  rows: number;
  /** Windows left out, as some of their raw events may be gone. */
  beyondRetention: number;
  /** The last device that is done: what --after takes. */
  lastDevice: string | undefined;
  /**
   * Since when all rows of the size are there (epoch ms; −Infinity: always); undefined: the facts
   * do not say so, as not everything was built.
   */
  completeSince: number | undefined;
}

const ROWS_PER_RECOMPUTE = 1000;
const BATCH = 5000;

/**
 * Builds the rows of a window size, one device after the other in order of their ids, by the
 * recompute that the aggregator uses: right beside running workers, and right when it is run again.
 * When all of it is built, the facts of the database say so: from then on larger rows may be made
 * of these.
 */
export async function backfill(
  { mongo, config }: Platform,
  options: BackfillOptions,
  progress: (text: string) => void,
): Promise<Backfilled> {
  const { window, dryRun } = options;
  const store = new MongoRollupStore(mongo.raw, mongo.rollups, config.rollupRetentionMs);
  return withFacts(mongo, config, async ({ facts, standing }) => {
    const known = facts.sizes[window.label];
    const done: Backfilled = {
      devices: 0,
      rows: 0,
      beyondRetention: 0,
      lastDevice: undefined,
      completeSince: undefined,
    };
    for await (const device of devices(mongo, options)) {
      const keys: RowKey[] = [];
      const { now } = standing();
      for (const key of (await windowsOf(mongo, device, options)).values())
        if (known && key.start < rowFloor(known, now)) done.beyondRetention++;
        else if (sourceOf(facts, config.windows, window, key.start, now)) keys.push(key);
        else done.beyondRetention++;
      for (let i = 0; i < keys.length; i += ROWS_PER_RECOMPUTE) {
        const some = keys.slice(i, i + ROWS_PER_RECOMPUTE);
        done.rows += dryRun
          ? some.length
          : (await recompute(store, window, some, config.windows, standing)).rows.size;
        progress(`${done.devices} devices, ${done.rows} rows; at ${device}`);
      }
      done.devices++;
      done.lastDevice = device;
    }
    // From here on raw readings said all the time which rows there are; of a window that begins
    // before, some may have been removed.
    const whole = alignUp(rawFloor(facts.raw, standing().now), window.ms);
    const from =
      options.from === undefined ? whole : Math.max(whole, windowStart(options.from, window.ms));
    const all = options.device === undefined && options.after === undefined && !dryRun;
    const reaches =
      known !== undefined && (options.to === undefined || options.to >= known.completeSince);
    if (
      all &&
      reaches &&
      (await noteBackfilled(mongo, facts.epoch, window.label, from, Date.now()))
    )
      done.completeSince = Math.min(from, known.completeSince);
    return done;
  });
}

/** Ids of the devices that have raw events, in order. */
async function* devices(
  mongo: Platform['mongo'],
  { device, after }: BackfillOptions,
): AsyncGenerator<string> {
  if (device !== undefined) return yield device;
  yield* distinctValues(mongo.raw, 'device_id', after);
}

/**
 * The rows that a device's raw events touch. Bounded by the windows of one device, not by its
 * events.
 */
async function windowsOf(
  mongo: Platform['mongo'],
  device: string,
  { window, from, to }: BackfillOptions,
): Promise<Map<string, RowKey>> {
  const times = {
    ...(from !== undefined && { $gte: new Date(windowStart(from, window.ms)) }),
    ...(to !== undefined && { $lt: new Date(windowStart(to - 1, window.ms) + window.ms) }),
  };
  const filter = { device_id: device, ...(Object.keys(times).length > 0 && { ts: times }) };
  const keys = new Map<string, RowKey>();
  for await (const document of mongo.raw.find(filter, {
    projection: { _id: 0, event_id: 0, source: 0, received_at: 0, lat: 0, lon: 0 },
    batchSize: BATCH,
  })) {
    const start = windowStart(document.ts.getTime(), window.ms);
    for (const sensor in document) {
      if (typeof document[sensor] !== 'number') continue;
      const key = rowKey(device, sensor, window, start);
      if (!keys.has(key.id)) keys.set(key.id, key);
    }
  }
  return keys;
}
