import type { InsertOutcome, TelemetryEvent } from './event.js';

/** A sensor's latest value, and its time in epoch ms. */
export interface LatestValue {
  readonly sensor: string;
  value: number;
  ts: number;
}

/**
 * What is known of one device: when it was heard (epoch ms), and the latest value of each of its
 * few sensors.
 */
export interface DeviceSummary {
  first: number;
  last: number;
  readonly latest: LatestValue[];
}

const latestOf = ({ latest }: DeviceSummary, sensor: string): LatestValue | undefined => {
  for (const entry of latest) if (entry.sensor === sensor) return entry;
  return undefined;
};

/**
 * Summaries of the devices in a batch, of the events that are stored as they stand there: a crash
 * may have kept a replayed one from its device. Duplicates say nothing: what is stored is another
 * record's reading.
 */
export function summarise(
  events: readonly TelemetryEvent[],
  outcomes: readonly InsertOutcome[],
): Map<string, DeviceSummary> {
  const devices = new Map<string, DeviceSummary>();
  for (let i = 0; i < events.length; i++) {
    if (outcomes[i] !== 'new' && outcomes[i] !== 'replayed') continue;
    const { deviceId, ts, values } = events[i]!.reading;
    let device = devices.get(deviceId);
    if (!device) devices.set(deviceId, (device = { first: ts, last: ts, latest: [] }));
    if (ts < device.first) device.first = ts;
    if (ts > device.last) device.last = ts;
    for (const sensor in values) {
      const latest = latestOf(device, sensor);
      if (!latest) device.latest.push({ sensor, value: values[sensor]!, ts });
      else if (ts > latest.ts) {
        latest.value = values[sensor]!;
        latest.ts = ts;
      }
    }
  }
  return devices;
}

/**
 * Joins `other` into `into`; of two values for the same time the one that `into` has stays. Returns
 * whether anything changed.
 */
export function joinSummary(into: DeviceSummary, other: DeviceSummary): boolean {
  let changed = other.first < into.first || other.last > into.last;
  into.first = Math.min(into.first, other.first);
  into.last = Math.max(into.last, other.last);
  for (const { sensor, value, ts } of other.latest) {
    const latest = latestOf(into, sensor);
    if (!latest) into.latest.push({ sensor, value, ts });
    else if (latest.ts < ts) {
      latest.value = value;
      latest.ts = ts;
    } else continue;
    changed = true;
  }
  return changed;
}
