import { setTimeout as delay } from 'node:timers/promises';
import type { DeviceDocument, RawDocument } from '@iot/mongo';
import {
  claimText,
  deviceFaults,
  isBorneOut,
  type DeviceFold,
  type DeviceFolds,
} from './device-fold.js';
import type { Discrepancies, Kind } from './discrepancies.js';
import type { Slice } from './raw-slices.js';
import type { Sources } from './sources.js';
import type { LookAgain } from './suspects.js';

/**
 * A device that seems wrong, and what its raw events said when they were read; undefined: there
 * were none.
 */
export interface SuspectDevice {
  readonly id: string;
  readonly fold: DeviceFold | undefined;
}

/** Devices whose documents were written all the time are not judged. */
export interface SettledDevices {
  readonly faulty: string[];
  readonly unsettled: number;
}

interface Verdict {
  readonly kind: Kind;
  readonly version: number | undefined;
  readonly detail: string;
}

const DEVICES_PER_READ = 100;
const BATCH = 1000;

/**
 * Compares the devices of a slice with what its raw events say. Returns how many documents were
 * read.
 */
export async function scanDevices(
  mongo: Sources['mongo'],
  { from, below, device }: Slice,
  { byDevice }: DeviceFolds,
  retainedFrom: number,
  suspect: (device: SuspectDevice) => void,
): Promise<number> {
  const ids = {
    ...(from !== undefined && { $gte: from }),
    ...(below !== undefined && { $lt: below }),
  };
  const filter =
    device !== undefined
      ? { _id: device }
      : Object.keys(ids).length > 0
        ? { _id: ids as { $gte: string } }
        : {};
  const unseen = new Map(byDevice);
  let read = 0;
  for await (const document of mongo.devices.find(filter, { batchSize: BATCH })) {
    read++;
    const fold = byDevice.get(document._id);
    unseen.delete(document._id);
    const { behind, claims } = deviceFaults(document, fold, retainedFrom);
    if (behind.length + claims.length > 0) suspect({ id: document._id, fold });
  }
  for (const [id, fold] of unseen) suspect({ id, fold });
  return read;
}

/**
 * Looks again at devices that seemed wrong: one is so when it is twice in a row and was not written
 * in between.
 */
export async function judgeDevices(
  mongo: Sources['mongo'],
  suspects: readonly SuspectDevice[],
  retainedFrom: number,
  discrepancies: Discrepancies,
  { looks, pauseMs }: LookAgain,
): Promise<SettledDevices> {
  const faulty: string[] = [];
  let open = suspects;
  let before = new Map<string, Verdict>();
  for (let look = 0; look < looks && open.length > 0; look++) {
    if (look > 0) await delay(pauseMs);
    const now = new Map<string, Verdict>();
    for (let i = 0; i < open.length; i += DEVICES_PER_READ)
      for (const [id, verdict] of await lookAt(
        mongo,
        open.slice(i, i + DEVICES_PER_READ),
        retainedFrom,
      )) {
        const { kind, version, detail } = verdict;
        const earlier = before.get(id);
        if (earlier?.kind === kind && earlier.version === version && earlier.detail === detail) {
          discrepancies.add(kind, id, detail);
          faulty.push(id);
        } else now.set(id, verdict);
      }
    open = open.filter(({ id }) => now.has(id));
    before = now;
  }
  return { faulty, unsettled: open.length };
}

/** The devices that seem wrong still. */
async function lookAt(
  mongo: Sources['mongo'],
  suspects: readonly SuspectDevice[],
  retainedFrom: number,
): Promise<Map<string, Verdict>> {
  const documents = new Map<string, DeviceDocument>();
  for await (const document of mongo.devices.find({ _id: { $in: suspects.map(({ id }) => id) } }))
    documents.set(document._id, document);
  const found = suspects.flatMap(({ id, fold }) => {
    const document = documents.get(id);
    return document ? [{ document, fold, ...deviceFaults(document, fold, retainedFrom) }] : [];
  });
  const events = await eventsAt(
    mongo,
    found.map(({ document, claims }) => ({
      device: document._id,
      times: claims.map(({ ts }) => ts),
    })),
  );
  const verdicts = new Map<string, Verdict>();
  for (const { id, fold } of suspects)
    if (!documents.has(id) && fold)
      verdicts.set(id, {
        kind: 'missing_device',
        version: undefined,
        detail: 'there is no document of it',
      });
  for (const { document, fold, behind, claims } of found) {
    const { _id: id, version } = document;
    const unproven = claims.filter((claim) => !isBorneOut(claim, events.get(id) ?? []));
    const detail = [...behind, ...unproven.map(claimText)].join('; ');
    const isExtra = !fold && unproven.some(({ field }) => field === 'last_seen');
    if (detail !== '')
      verdicts.set(id, { kind: isExtra ? 'extra_device' : 'wrong_device', version, detail });
  }
  return verdicts;
}

async function eventsAt(
  { raw }: Sources['mongo'],
  wanted: readonly { readonly device: string; readonly times: readonly number[] }[],
): Promise<Map<string, RawDocument[]>> {
  const clauses = wanted.flatMap(({ device, times }) =>
    [...new Set(times)].map((ts) => ({ device_id: device, ts: new Date(ts) })),
  );
  if (clauses.length === 0) return new Map();
  return Map.groupBy(
    await raw.find({ $or: clauses }).toArray(),
    ({ device_id: deviceId }) => deviceId,
  );
}
