import type { DeviceDocument, RawDocument } from '@iot/mongo';
import type { LogEvent } from './event.js';

/**
 * The newest value of a sensor; all of them where several events have its time, as any of these may
 * stand for it.
 */
interface Newest {
  readonly ts: number;
  readonly values: number[];
}

/** What the raw events say of one device. Times in epoch ms. */
export interface DeviceFold {
  first: number;
  last: number;
  readonly latest: Map<string, Newest>;
}

/** Devices as their raw events, in any order, say they are: an entry for each device and sensor. */
export class DeviceFolds {
  readonly byDevice = new Map<string, DeviceFold>();

  add({ device, ts, values }: Pick<LogEvent, 'device' | 'ts' | 'values'>): void {
    let fold = this.byDevice.get(device);
    if (!fold) this.byDevice.set(device, (fold = { first: ts, last: ts, latest: new Map() }));
    if (ts < fold.first) fold.first = ts;
    if (ts > fold.last) fold.last = ts;
    for (const [sensor, value] of values) {
      const newest = fold.latest.get(sensor);
      if (!newest || ts > newest.ts) fold.latest.set(sensor, { ts, values: [value] });
      else if (ts === newest.ts) newest.values.push(value);
    }
  }
}

/**
 * Something that a device's document says of a time, and that an event of this time must bear out.
 */
export interface Claim {
  readonly field: string;
  readonly ts: number;
  /** Of `latest`: the sensor and its value. */
  readonly sensor?: string;
  readonly value?: number;
}

/** What a device's document says and its events do not. */
export interface DeviceFaults {
  /** Certain, unless the document is about to be written. */
  readonly behind: string[];
  /** Right where an event stored since bears it out. */
  readonly claims: Claim[];
}

/**
 * Compares a device's document with the events that were read. What it says of times before
 * `retainedFrom` is taken at its word: its events may be gone.
 */
export function deviceFaults(
  document: DeviceDocument,
  fold: DeviceFold | undefined,
  retainedFrom: number,
): DeviceFaults {
  const behind: string[] = [];
  const claims: Claim[] = [];
  const [first, last] = [document.first_seen.getTime(), document.last_seen.getTime()];
  const claim = (made: Claim): void => void (made.ts >= retainedFrom && claims.push(made));
  if (fold && first > fold.first)
    behind.push(`first_seen is ${text(first)}, should be ${text(fold.first)}`);
  else if (first !== fold?.first) claim({ field: 'first_seen', ts: first });
  if (fold && last < fold.last)
    behind.push(`last_seen is ${text(last)}, should be ${text(fold.last)}`);
  else if (last !== fold?.last) claim({ field: 'last_seen', ts: last });
  const latest = new Map(
    Object.entries(document.latest).map(([sensor, { value, ts }]) => [
      sensor,
      { value, ts: ts.getTime() },
    ]),
  );
  for (const [sensor, { ts, values }] of fold?.latest ?? []) {
    const said = latest.get(sensor);
    const is = said && `${said.value} at ${text(said.ts)}`;
    if (!said || said.ts < ts || (said.ts === ts && !values.includes(said.value)))
      behind.push(
        `latest ${sensor} is ${is ?? 'absent'}, should be ${values.join(' or ')} at ${text(ts)}`,
      );
  }
  for (const [sensor, { value, ts }] of latest)
    if (ts > (fold?.latest.get(sensor)?.ts ?? -Infinity))
      claim({ field: `latest ${sensor}`, ts, sensor, value });
  return { behind, claims };
}

/** Whether one of the events bears a claim out. */
export const isBorneOut = ({ ts, sensor, value }: Claim, events: readonly RawDocument[]): boolean =>
  events.some(
    (event) => event.ts.getTime() === ts && (sensor === undefined || event[sensor] === value),
  );

export const claimText = ({ field, ts, sensor, value }: Claim): string =>
  `${field} is ${sensor === undefined ? text(ts) : `${value} at ${text(ts)}`}, and no raw event says so`;

/** Also of times that no Date can have. */
const text = (ts: number): string =>
  Math.abs(ts) <= 8.64e15 ? new Date(ts).toISOString() : String(ts);
