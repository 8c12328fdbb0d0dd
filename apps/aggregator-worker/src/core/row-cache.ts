import { LRUCache } from 'lru-cache';
import type { Row, RowKey } from '@iot/rollup';

/**
 * Where the rows of one device and sensor are. It is a handle: once the device was forgotten, what
 * is asked of it is not there, and what is set in it is not kept, whoever has the slot by then.
 */
export type CachedSeries = number;

interface CachedDevice {
  readonly sensors: readonly string[];
  readonly series: readonly CachedSeries[];
}

/** The share of the rows that are kept for late readings. */
const LATE_SHARE = 0.25;
/** A row's numbers: start of its window, version (0: none), count, sum, min, max. */
const NUMBERS = 6;
const FIRST_SLOTS = 256;

/**
 * Rows as this worker last wrote or read them. A stale entry does no harm: its version makes the
 * compare-and-set fail. Of each device, sensor and window size there is the row of the newest
 * window, which is where nearly all readings go; rows of older windows, which only late readings
 * ask for, have a smaller room of their own. Devices that were not heard for longest go first.
 *
 * The numbers stand in one array: as objects they would be most of what the garbage collector has
 * to go through.
 */
export class RowCache {
  private readonly devices: LRUCache<string, CachedDevice>;
  private readonly late: LRUCache<string, Row>;
  private readonly slots: number;
  private readonly free: number[] = [];
  private taken = 0;
  private numbers: Float64Array;
  /** How often each slot was given away: a handle is its slot and this number. */
  private readonly turns: number[] = [];

  /**
   * @param capacity most rows held
   * @param sizes number of window sizes
   */
  constructor(
    capacity: number,
    private readonly sizes: number,
  ) {
    const late = Math.max(1, Math.floor(capacity * LATE_SHARE));
    this.late = new LRUCache({ max: late });
    this.slots = Math.max(1, Math.floor((capacity - late) / sizes));
    this.numbers = new Float64Array(Math.min(FIRST_SLOTS, this.slots) * sizes * NUMBERS);
    this.devices = new LRUCache({
      maxSize: this.slots,
      sizeCalculation: ({ series }) => series.length,
      dispose: ({ series }, _device, reason) => {
        // A device that has grown by a sensor keeps its slots.
        if (reason !== 'set') for (const handle of series) this.release(handle);
      },
    });
  }

  /** Rows that are held, or have their slot reserved. */
  get size(): number {
    return this.devices.calculatedSize * this.sizes + this.late.size;
  }

  series(deviceId: string, sensorType: string): CachedSeries {
    const device = this.devices.get(deviceId);
    const at = device ? device.sensors.indexOf(sensorType) : -1;
    if (at >= 0) return device!.series[at]!;
    const { sensors, series } = device ?? { sensors: [], series: [] };
    // Alone it would be more than there is room for.
    if (series.length === this.slots) return NOWHERE;
    if (this.devices.calculatedSize === this.slots) this.devices.pop();
    const handle = this.take();
    this.devices.set(deviceId, {
      sensors: [...sensors, sensorType],
      series: [...series, handle],
    });
    return handle;
  }

  /** @param level which of the window sizes */
  get(series: CachedSeries, level: number, { id, start }: RowKey): Row | undefined {
    const at = this.find(series, level);
    if (at < 0) return undefined;
    const { numbers } = this;
    const version = numbers[at + 1]!;
    if (version === 0 || start > numbers[at]!) return undefined;
    if (start < numbers[at]!) return this.late.get(id);
    return {
      version,
      count: numbers[at + 2]!,
      sum: numbers[at + 3]!,
      min: numbers[at + 4]!,
      max: numbers[at + 5]!,
    };
  }

  set(series: CachedSeries, level: number, { id, start }: RowKey, row: Row): void {
    const at = this.find(series, level);
    if (at < 0) return;
    const { numbers } = this;
    if (numbers[at + 1]! > 0 && start < numbers[at]!) return void this.late.set(id, row);
    if (numbers[at] !== start && this.late.size > 0) this.late.delete(id);
    numbers[at] = start;
    numbers[at + 1] = row.version;
    numbers[at + 2] = row.count;
    numbers[at + 3] = row.sum;
    numbers[at + 4] = row.min;
    numbers[at + 5] = row.max;
  }

  delete(series: CachedSeries, level: number, { id, start }: RowKey): void {
    const at = this.find(series, level);
    if (at >= 0 && this.numbers[at] === start) this.numbers[at + 1] = 0;
    this.late.delete(id);
  }

  clear(): void {
    this.devices.clear();
    this.late.clear();
  }

  /** Where the numbers of a row begin; −1 when the slot was given away. */
  private find(series: CachedSeries, level: number): number {
    if (series < 0) return -1;
    const slot = series % this.slots;
    if (this.turns[slot] !== (series - slot) / this.slots) return -1;
    return (slot * this.sizes + level) * NUMBERS;
  }

  private take(): CachedSeries {
    const slot = this.free.pop() ?? this.taken++;
    const width = this.sizes * NUMBERS;
    if ((slot + 1) * width > this.numbers.length) {
      const larger = new Float64Array(Math.min(this.slots, slot * 2 + 1) * width);
      larger.set(this.numbers);
      this.numbers = larger;
    }
    this.numbers.fill(0, slot * width, (slot + 1) * width);
    this.turns[slot] ??= 0;
    return this.turns[slot] * this.slots + slot;
  }

  private release(handle: CachedSeries): void {
    const slot = handle % this.slots;
    this.turns[slot]!++;
    this.free.push(slot);
  }
}

/** The handle of a series that there is no room for. */
const NOWHERE: CachedSeries = -1;
