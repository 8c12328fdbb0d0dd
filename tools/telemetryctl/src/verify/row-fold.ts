import { LARGEST } from './event.js';

/** A window size of the contract: its name and its length in ms. */
export interface Window {
  readonly label: string;
  readonly ms: number;
}

const LENGTH_MS: Readonly<Record<string, number>> = { s: 1e3, m: 6e4, h: 3.6e6, d: 8.64e7 };

/** The window size that a label such as `15m` names; undefined when it names none. */
export function windowOf(label: string): Window | undefined {
  const amount = Number(label.slice(0, -1));
  const unit = LENGTH_MS[label.slice(-1)];
  return unit !== undefined && Number.isInteger(amount) && amount > 0
    ? { label, ms: amount * unit }
    : undefined;
}

/** What a row should say. */
export interface Fold {
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
}

/** Which row. */
export interface RowName {
  readonly device: string;
  readonly sensor: string;
  readonly window: Window;
  readonly start: number;
}

export const rowIdOf = ({ device, sensor, window, start }: RowName): string =>
  `${device}|${sensor}|${window.label}|${start}`;

/**
 * The rows of some devices, folded from their raw events in any order. In columns: 40 bytes a row
 * and an entry in a map of numbers.
 */
export class RowFolds {
  private readonly counts: number[] = [];
  private readonly sums: number[] = [];
  /** What the sums lost to rounding (Neumaier), so that they do not depend on the order. */
  private readonly lost: number[] = [];
  private readonly mins: number[] = [];
  private readonly maxs: number[] = [];
  private readonly found: boolean[] = [];
  /** By device, then sensor, then window size: window number to row. */
  private readonly rows = new Map<string, Map<string, Map<number, number>[]>>();

  constructor(readonly windows: readonly Window[]) {}

  get size(): number {
    return this.counts.length;
  }

  /** A value beyond what readings may have counts in no row. */
  add(device: string, sensor: string, ts: number, value: number): void {
    if (!(Math.abs(value) <= LARGEST)) return;
    let sensors = this.rows.get(device);
    if (!sensors) this.rows.set(device, (sensors = new Map()));
    let sizes = sensors.get(sensor);
    if (!sizes) sensors.set(sensor, (sizes = this.windows.map(() => new Map())));
    for (let i = 0; i < sizes.length; i++) {
      const number = Math.floor(ts / this.windows[i]!.ms);
      const row = sizes[i]!.get(number);
      if (row === undefined) {
        sizes[i]!.set(number, this.counts.length);
        this.counts.push(1);
        this.sums.push(value);
        this.lost.push(0);
        this.mins.push(value);
        this.maxs.push(value);
        this.found.push(false);
      } else this.join(row, value);
    }
  }

  /** What a row should say, and from now on it counts as found. */
  take({ device, sensor, window, start }: RowName): Fold | undefined {
    const size = this.windows.findIndex(({ label }) => label === window.label);
    const row = this.rows
      .get(device)
      ?.get(sensor)
      ?.[size]?.get(start / window.ms);
    if (row === undefined) return undefined;
    this.found[row] = true;
    return this.fold(row);
  }

  /** The rows that were never taken. */
  *untaken(): Generator<{ name: RowName; fold: Fold }> {
    for (const [device, sensors] of this.rows)
      for (const [sensor, sizes] of sensors)
        for (let i = 0; i < sizes.length; i++)
          for (const [number, row] of sizes[i]!) {
            const window = this.windows[i]!;
            if (!this.found[row])
              yield {
                name: { device, sensor, window, start: number * window.ms },
                fold: this.fold(row),
              };
          }
  }

  private join(row: number, value: number): void {
    this.counts[row]!++;
    const sum = this.sums[row]!;
    const next = sum + value;
    this.lost[row]! += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
    this.sums[row] = next;
    if (value < this.mins[row]!) this.mins[row] = value;
    if (value > this.maxs[row]!) this.maxs[row] = value;
  }

  private fold(row: number): Fold {
    return {
      count: this.counts[row]!,
      sum: this.sums[row]! + this.lost[row]!,
      min: this.mins[row]!,
      max: this.maxs[row]!,
    };
  }
}

const RELATIVE = 1e-9;
/**
 * Where values of both signs cancel out, the sum's own size says nothing of the rounding that went
 * into it.
 */
const ROUNDING = 1e-12;

/**
 * What is wrong with a stored row, in words; undefined when nothing is: count, min and max equal,
 * sum (and average) within 1e-9.
 */
export function rowFault(
  row: Fold & { readonly average: number },
  should: Fold,
): string | undefined {
  const faults: string[] = [];
  for (const field of ['count', 'min', 'max'] as const)
    if (row[field] !== should[field])
      faults.push(`${field} is ${row[field]}, should be ${should[field]}`);
  const scale = should.count * Math.max(Math.abs(should.min), Math.abs(should.max));
  const slack = RELATIVE * Math.abs(should.sum) + ROUNDING * scale;
  if (!(Math.abs(row.sum - should.sum) <= slack))
    faults.push(`sum is ${row.sum}, should be ${should.sum}`);
  else if (!(Math.abs(row.average - should.sum / should.count) <= slack / should.count))
    faults.push(`average is ${row.average}, should be ${should.sum / should.count}`);
  return faults.length > 0 ? faults.join('; ') : undefined;
}
