import { isDatabaseUnavailable } from '@iot/mongo';
import { BackendUnavailable } from '@iot/resilience';
import type { RollupStore, RowWrite } from '@iot/rollup';
import { joinSummary, type DeviceSummary } from '../core/device-summary.js';
import type { TelemetryEvent } from '../core/event.js';
import { JoinedCalls } from '../core/joined-calls.js';
import type { InsertAnswer, RawStore } from '../core/settle-batch.js';
import type { DeviceStore } from './device-store.js';

/** What a batch is written to. */
export interface Stores {
  readonly raw: RawStore;
  readonly rollups: RollupStore;
  readonly devices: Pick<DeviceStore, 'join' | 'forget'>;
}

const HOW = {
  soon: (work: () => void): unknown => setImmediate(work),
  meetsAll: (error: unknown): boolean =>
    error instanceof BackendUnavailable || isDatabaseUnavailable(error),
};

/**
 * The same stores for several partitions at once: a fetch brings a few records of each, and what
 * they read and write goes in one command. Each partition still takes its own steps, one after the
 * other, and sees its own answers.
 */
export function joinedStores(
  { raw, rollups, devices }: Stores,
  how: Pick<typeof HOW, 'soon' | 'meetsAll'> = HOW,
): Stores {
  const inserts = new JoinedCalls<TelemetryEvent, readonly InsertAnswer[]>({
    ...how,
    run: (events) => raw.insert(events),
    share: (answers, from, to) => answers.slice(from, to),
  });
  const reads = new JoinedCalls({ ...how, run: (ids: readonly string[]) => rollups.readRows(ids) });
  const writes = new JoinedCalls({
    ...how,
    run: (rows: readonly RowWrite[]) => rollups.writeRows(rows),
  });
  const joins = new JoinedCalls({
    ...how,
    run: (updates: readonly (readonly [string, DeviceSummary])[]) => devices.join(merged(updates)),
  });
  return {
    raw: {
      insert: (events) => inserts.call(events),
      sourcesOf: (events) => raw.sourcesOf(events),
    },
    rollups: {
      readRows: (ids) => reads.call(ids),
      writeRows: (rows) => writes.call(rows),
      foldRaw: (keys) => rollups.foldRaw(keys),
      foldRows: (keys, smaller) => rollups.foldRows(keys, smaller),
    },
    devices: {
      join: (updates) => joins.call([...updates]),
      forget: () => devices.forget(),
    },
  };
}

/** One summary a device, though several partitions may have readings of it. */
function merged(
  updates: readonly (readonly [string, DeviceSummary])[],
): Map<string, DeviceSummary> {
  const byDevice = new Map<string, DeviceSummary>();
  for (const [device, summary] of updates) {
    const known = byDevice.get(device);
    if (known) joinSummary(known, summary);
    else byDevice.set(device, summary);
  }
  return byDevice;
}
