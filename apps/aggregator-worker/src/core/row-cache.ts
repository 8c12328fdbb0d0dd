import { LRUCache } from 'lru-cache';
import type { Row, RowKey } from '@iot/common/rollup';

/** A row of one series, and the start of its window (epoch ms). */
interface CachedRow {
  readonly start: number;
  readonly row: Row;
}

/** Rows of one device and sensor: of each window size the one of the newest window, which is where nearly all readings go. */
export type CachedSeries = (CachedRow | undefined)[];

interface CachedDevice {
  readonly sensors: string[];
  readonly series: CachedSeries[];
}

/** The share of the rows that are kept for late readings. */
const LATE_SHARE = 0.25;

/**
 * Rows as this worker last wrote or read them. A stale entry does no harm: its version makes the compare-and-set fail. Devices that were not
 * heard for longest go first; rows of older windows, which only late readings ask for, have a smaller room of their own.
 */
export class RowCache {
  private readonly devices: LRUCache<string, CachedDevice>;
  private readonly late: LRUCache<string, Row>;

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
    this.devices = new LRUCache({ maxSize: Math.max(sizes, capacity - late), sizeCalculation: ({ series }) => series.length * sizes });
  }

  /** Rows that are held, or have their place reserved. */
  get size(): number {
    return this.devices.calculatedSize + this.late.size;
  }

  /** The series' rows. Good for one batch: what is set in it later on may be forgotten already. */
  series(device_id: string, sensor_type: string): CachedSeries {
    const device = this.devices.get(device_id);
    const at = device ? device.sensors.indexOf(sensor_type) : -1;
    if (at >= 0) return device!.series[at]!;
    const series: CachedSeries = new Array<undefined>(this.sizes).fill(undefined);
    const grown = { sensors: [...(device?.sensors ?? []), sensor_type], series: [...(device?.series ?? []), series] };
    this.devices.set(device_id, grown);
    return series;
  }

  /** @param level which of the window sizes */
  get(series: CachedSeries, level: number, { id, start }: RowKey): Row | undefined {
    const newest = series[level];
    if (newest === undefined || start > newest.start) return undefined;
    return start === newest.start ? newest.row : this.late.get(id);
  }

  set(series: CachedSeries, level: number, { id, start }: RowKey, row: Row): void {
    const newest = series[level];
    if (newest === undefined || start >= newest.start) series[level] = { start, row };
    else this.late.set(id, row);
  }

  delete(series: CachedSeries, level: number, { id, start }: RowKey): void {
    if (series[level]?.start === start) series[level] = undefined;
    else this.late.delete(id);
  }

  clear(): void {
    this.devices.clear();
    this.late.clear();
  }
}
