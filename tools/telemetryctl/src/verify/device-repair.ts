import type { DeviceDocument } from '@iot/mongo';
import type { Platform } from '../connection/platform.js';
import { DeviceFolds, type DeviceFold } from './device-fold.js';
import { eventOfDocument } from './raw-document.js';

const DEVICES_PER_READ = 100;
const BATCH = 1000;

/**
 * Makes the documents of devices what their raw events say, beside running workers: each under
 * compare-and-set, so that one which a worker writes meanwhile is left as it is. What they say of
 * times whose events may be gone stays. Returns how many were written.
 */
export async function repairDevices(
  { devices, raw }: Platform['mongo'],
  ids: readonly string[],
  retainedFrom: number,
): Promise<number> {
  let written = 0;
  for (let i = 0; i < ids.length; i += DEVICES_PER_READ) {
    const some = ids.slice(i, i + DEVICES_PER_READ);
    // Read before the events: what a worker joins later has another version then.
    const before = new Map(
      (await devices.find({ _id: { $in: some } }).toArray()).map((document) => [
        document._id,
        document,
      ]),
    );
    const folds = new DeviceFolds();
    for await (const document of raw.find({ device_id: { $in: some } }, { batchSize: BATCH }))
      folds.add(eventOfDocument(document));
    for (const id of some) {
      const should = deviceOf(before.get(id), folds.byDevice.get(id), retainedFrom);
      const filter = { _id: id, version: before.get(id)?.version ?? 0 };
      if (!should) written += (await devices.deleteOne(filter)).deletedCount;
      else if (before.has(id))
        written += (
          await devices.updateOne(filter, { $set: { ...should, version: filter.version + 1 } })
        ).modifiedCount;
      else if (await inserted(devices, { _id: id, ...should, version: 1 })) written++;
    }
  }
  return written;
}

/** What the document should say; undefined: there should be none. */
function deviceOf(
  was: DeviceDocument | undefined,
  fold: DeviceFold | undefined,
  retainedFrom: number,
): Omit<DeviceDocument, '_id' | 'version'> | undefined {
  const isOld = (time: Date): boolean => time.getTime() < retainedFrom;
  const times = [was?.first_seen, was?.last_seen]
    .filter((time) => time !== undefined)
    .filter(isOld);
  const all = [...times.map((time) => time.getTime()), ...(fold ? [fold.first, fold.last] : [])];
  if (all.length === 0) return undefined;
  const latest = Object.fromEntries([
    ...Object.entries(was?.latest ?? {}).filter(([, { ts }]) => isOld(ts)),
    ...[...(fold?.latest ?? [])].map(
      ([sensor, { ts, values }]) => [sensor, valueAt(was?.latest[sensor], ts, values)] as const,
    ),
  ]);
  return { first_seen: new Date(Math.min(...all)), last_seen: new Date(Math.max(...all)), latest };
}

/** Of several values at one time the one that is there stays. */
function valueAt(
  was: { value: number; ts: Date } | undefined,
  ts: number,
  values: readonly number[],
): { value: number; ts: Date } {
  const stays = was?.ts.getTime() === ts && values.includes(was.value);
  return { value: stays ? was.value : values[0]!, ts: new Date(ts) };
}

async function inserted(
  devices: Platform['mongo']['devices'],
  document: DeviceDocument,
): Promise<boolean> {
  const { upsertedCount } = await devices.updateOne(
    { _id: document._id },
    { $setOnInsert: document },
    { upsert: true },
  );
  return upsertedCount > 0;
}
