import { identity, valuesOf, type LoadEvent, type Reading } from './event.js';

/** Sensor name to a number of readings. */
export type SensorCounts = ReadonlyMap<string, number>;

/** Names that the platform stores under another one. */
const ALIASES: Readonly<Record<string, string>> = { temperature: 'temperature_c' };

/** What was accepted of one device, each event once. */
export class Account {
  /** Event ids; of readings without one, the whole reading. */
  readonly events = new Set<string>();
  /** Times of readings without an event id: what they can be found by. */
  readonly times = new Set<number>();
  readonly counts = new Map<string, number>();

  add(reading: Reading): void {
    const id = identity(reading);
    if (this.events.has(id)) return;
    this.events.add(id);
    if (reading.event_id === undefined) this.times.add(reading.ts);
    for (const name of Object.keys(valuesOf(reading))) {
      const sensor = ALIASES[name] ?? name;
      this.counts.set(sensor, (this.counts.get(sensor) ?? 0) + 1);
    }
  }
}

/** What was accepted, by device. Takes about 100 bytes of memory for each event. */
export class Ledger {
  readonly accounts = new Map<string, Account>();

  add(event: LoadEvent): void {
    if (event.bad !== undefined) return;
    const { device_id } = event.reading;
    let account = this.accounts.get(device_id);
    if (!account) this.accounts.set(device_id, (account = new Account()));
    account.add(event.reading);
  }

  /** Different readings that were accepted. */
  get size(): number {
    let size = 0;
    for (const { events } of this.accounts.values()) size += events.size;
    return size;
  }
}

/** Whether the counts grew by exactly what was accepted. */
export function grewBy(accepted: SensorCounts, before: SensorCounts, after: SensorCounts): boolean {
  for (const [sensor, count] of accepted)
    if ((after.get(sensor) ?? 0) - (before.get(sensor) ?? 0) !== count) return false;
  return true;
}

/** What the platform has of one device, read one by one. */
export interface Stored {
  readonly event_id: string;
  readonly ts: number;
  readonly sensors: readonly string[];
}

/**
 * What is wrong with one device: accepted readings that are not stored, and sensors whose rollups
 * do not count what is stored.
 */
export interface Discrepancy {
  readonly device_id: string;
  readonly accepted: number;
  readonly missing: number;
  /** Event ids, or times where readings had none; a few. */
  readonly examples: readonly string[];
  readonly sensors: readonly {
    readonly sensor_type: string;
    readonly stored: number;
    readonly counted: number;
  }[];
}

const EXAMPLES = 5;

/**
 * Compares what was accepted of a device with what is stored, and that with what is counted.
 * @returns undefined when nothing is missing and every stored reading is counted
 */
export function discrepancy(
  device_id: string,
  account: Account,
  stored: Iterable<Stored>,
  counted: SensorCounts,
): Discrepancy | undefined {
  const ids = new Set<string>();
  const times = new Set<number>();
  const sums = new Map<string, number>();
  for (const { event_id, ts, sensors } of stored) {
    ids.add(event_id);
    times.add(ts);
    for (const sensor of sensors) sums.set(sensor, (sums.get(sensor) ?? 0) + 1);
  }
  const missing = [
    ...[...account.times].filter((ts) => !times.has(ts)).map((ts) => new Date(ts).toISOString()),
    ...(account.times.size > 0 ? [] : [...account.events].filter((id) => !ids.has(id))),
  ];
  const sensors = [...new Set([...sums.keys(), ...account.counts.keys()])]
    .map((sensor_type) => ({
      sensor_type,
      stored: sums.get(sensor_type) ?? 0,
      counted: counted.get(sensor_type) ?? 0,
    }))
    .filter((sensor) => sensor.stored !== sensor.counted);
  if (missing.length === 0 && sensors.length === 0) return undefined;
  return {
    device_id,
    accepted: account.events.size,
    missing: missing.length,
    examples: missing.slice(0, EXAMPLES),
    sensors,
  };
}
