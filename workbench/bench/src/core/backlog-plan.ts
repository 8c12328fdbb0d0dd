/** A backlog of readings, the same ones for the same plan. */
export interface BacklogPlan {
  readonly events: number;
  readonly devices: number;
  /** Sensors of a reading: the first so many of {@link SENSORS}. */
  readonly sensors: number;
  /** Fraction of readings whose time lies minutes to hours before that of their neighbours. */
  readonly late: number;
  /** Milliseconds between two readings of a device. */
  readonly everyMs: number;
  /** Time of the newest reading, epoch milliseconds. */
  readonly until: number;
}

/**
 * The backlog that other figures are compared with: 1,000 devices that report one sensor once a
 * second, in time.
 */
export const basePlanAt = (until: number, events: number): BacklogPlan => ({
  events,
  devices: 1000,
  sensors: 1,
  late: 0,
  everyMs: 1000,
  until,
});

/**
 * Built in, then those that {@link extraSensors} defines; `from` is the least value, ten more the
 * greatest: none violates a threshold.
 */
export const SENSORS: readonly { readonly name: string; readonly from: number }[] = [
  { name: 'temperature_c', from: 15 },
  { name: 'humidity', from: 45 },
  { name: 'voltage', from: 215 },
  { name: 'current', from: 0 },
  { name: 'pressure', from: 1000 },
  ...Array.from({ length: 15 }, (_, i) => ({ name: `extra_${i + 1}`, from: 10 * i })),
];

const BUILT_IN = 5;

/** The content of a SENSORS_FILE for the sensors that are not built in. */
export const extraSensors = (): string =>
  JSON.stringify(SENSORS.slice(BUILT_IN).map(({ name }) => ({ name, unit: 'x' })));

/** A reading without an id; `device` is its number. */
export interface PlannedReading {
  readonly device: number;
  readonly ts: number;
  /** In the order of {@link SENSORS}. */
  readonly values: readonly number[];
}

const LATE_AT_LEAST_MS = 60_000;
const LATE_SPREAD_MS = 7_200_000;

/** Spreads numbers evenly over 32 bits (the finaliser of MurmurHash3). */
function scatter(n: number): number {
  let h = n + 0x9e3779b9;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Reading number `n` of the plan: the devices take turns, and time advances evenly. */
export function readingAt(
  { events, devices, sensors, late, everyMs, until }: BacklogPlan,
  n: number,
): PlannedReading {
  const onTime = until - Math.round(((events - 1 - n) * everyMs) / devices);
  const isLate = late > 0 && scatter(n) / 2 ** 32 < late;
  const values: number[] = [];
  for (let sensor = 0; sensor < sensors; sensor++)
    values.push(SENSORS[sensor]!.from + ((n * 7919 + sensor * 31) % 1000) / 100);
  return {
    device: n % devices,
    ts: isLate ? onTime - LATE_AT_LEAST_MS - (scatter(n ^ 0x5bd1e995) % LATE_SPREAD_MS) : onTime,
    values,
  };
}

export const deviceName = (device: number): string => `device-${String(device).padStart(6, '0')}`;
