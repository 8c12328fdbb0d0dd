import { deviceName, readingAt, SENSORS, type BacklogPlan } from './backlog-plan.js';

/** Milliseconds of the window sizes that benchmarks use. */
export const WINDOW_MS: Readonly<Record<string, number>> = {
  '1m': 60_000,
  '1h': 3_600_000,
  '1d': 86_400_000,
};

export interface Fold {
  count: number;
  sum: number;
  min: number;
  max: number;
}

/** All rows of one window size and sensor together. */
export interface Total extends Fold {
  rows: number;
}

/** What a right aggregator leaves in the database. */
export interface Expected {
  readonly events: number;
  readonly devices: number;
  /** By `window|sensor`. */
  readonly totals: ReadonlyMap<string, Readonly<Total>>;
  /** Rows of the devices that are looked at one by one, by row id. */
  readonly rows: ReadonlyMap<string, Readonly<Fold>>;
  readonly sampled: readonly string[];
}

const SAMPLED = 50;
const empty = (): Fold => ({ count: 0, sum: 0, min: Infinity, max: -Infinity });

function add(fold: Fold, value: number): void {
  fold.count++;
  fold.sum += value;
  if (value < fold.min) fold.min = value;
  if (value > fold.max) fold.max = value;
}

/** Folds the plan's readings with code that shares nothing with the aggregator's. */
export function expectedRows(plan: BacklogPlan, windows: readonly string[]): Expected {
  const sensors = SENSORS.slice(0, plan.sensors);
  const sensorTotals = sensors.map(empty);
  const starts = windows.map(() => new Set<number>());
  const every = Math.max(1, Math.floor(plan.devices / SAMPLED));
  const rows = new Map<string, Fold>();
  for (let n = 0; n < plan.events; n++) {
    const { device, ts, values } = readingAt(plan, n);
    values.forEach((value, sensor) => add(sensorTotals[sensor]!, value));
    windows.forEach((window, i) => {
      const size = WINDOW_MS[window]!;
      const start = Math.floor(ts / size);
      starts[i]!.add(start * plan.devices + device);
      if (device % every !== 0) return;
      values.forEach((value, sensor) => {
        const id = `${deviceName(device)}|${sensors[sensor]!.name}|${window}|${start * size}`;
        let row = rows.get(id);
        if (!row) rows.set(id, (row = empty()));
        add(row, value);
      });
    });
  }
  const totals = windows.flatMap((window, i) =>
    sensors.map(
      ({ name }, sensor) =>
        [`${window}|${name}`, { ...sensorTotals[sensor]!, rows: starts[i]!.size }] as const,
    ),
  );
  const sampled = Array.from({ length: Math.ceil(plan.devices / every) }, (_, i) =>
    deviceName(i * every),
  );
  return {
    events: plan.events,
    devices: Math.min(plan.devices, plan.events),
    totals: new Map(totals),
    rows,
    sampled,
  };
}

/**
 * @returns how the fold differs from what it should be, or undefined; sums may differ by 1e-9 of
 * their size
 */
export function difference(what: string, is: Fold | undefined, should: Fold): string | undefined {
  if (!is) return `${what} is missing`;
  for (const part of ['count', 'min', 'max'] as const)
    if (is[part] !== should[part])
      return `${what}: ${part} is ${is[part]} instead of ${should[part]}`;
  if (Math.abs(is.sum - should.sum) > 1e-9 * Math.abs(should.sum))
    return `${what}: sum is ${is.sum} instead of ${should.sum}`;
  return undefined;
}
