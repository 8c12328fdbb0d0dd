import type { Reading } from '@iot/common/telemetry';
import {
  addValue,
  emptyAggregate,
  mergeInto,
  rowKey,
  sourceWindow,
  windowStart,
  type Aggregate,
  type RowKey,
  type WindowSize,
} from '@iot/common/rollup';

/** A row that a batch may change: what its new events add, and whether the row's content is in doubt. */
export interface TouchedRow {
  readonly key: RowKey;
  readonly delta: Aggregate;
  inDoubt: boolean;
}

interface Level {
  readonly window: WindowSize;
  /** Rows of this size are fed from the rows of `source`; undefined: from the readings. */
  readonly source: Level | undefined;
  readonly rows: TouchedRow[];
}

/** Rows of one device and sensor, by level and window start; `last` as readings come mostly in order of time. */
interface Series {
  readonly byStart: Map<number, TouchedRow>[];
  readonly last: (TouchedRow | undefined)[];
}

/**
 * The rows that a batch of readings touches, per window size, smallest first. A reading is folded into the smallest windows only; the larger
 * ones take over their sums, so a reading costs the same however many sizes there are.
 */
export class TouchedRows {
  readonly levels: readonly Level[];
  private readonly base: readonly number[];
  private readonly devices = new Map<string, Map<string, Series>>();
  /** For each reading the rows of its sensors, in the order of its values. */
  private readonly rowsOf: TouchedRow[][] = [];
  private readonly values: number[][] = [];

  /** @param windows smallest first */
  constructor(windows: readonly WindowSize[], readings: readonly Reading[]) {
    const levels: Level[] = [];
    for (const window of windows) {
      const smaller = sourceWindow(window, windows);
      levels.push({ window, source: levels.find((level) => level.window === smaller), rows: [] });
    }
    this.levels = levels;
    this.base = levels.flatMap((level, index) => (level.source ? [] : [index]));
    for (const reading of readings) this.touch(reading);
    this.touchLarger();
  }

  /** Adds the reading at `index` to its rows. */
  add(index: number): void {
    const rows = this.rowsOf[index]!;
    const values = this.values[index]!;
    const perValue = this.base.length;
    for (let i = 0; i < rows.length; i++) addValue(rows[i]!.delta, values[(i / perValue) | 0]!);
  }

  /** Puts the rows of the reading at `index` in doubt: whether they count it is not known. */
  doubt(index: number): void {
    for (const row of this.rowsOf[index]!) row.inDoubt = true;
  }

  /** Carries what was added and doubted over to the larger windows. Call once, after the last add. */
  settleLarger(): void {
    for (const { source, window, rows } of this.levels) {
      if (!source) continue;
      const byId = new Map(rows.map((row) => [row.key.id, row]));
      for (const { key, delta, inDoubt } of source.rows) {
        const larger = byId.get(rowKey(key.device_id, key.sensor_type, window, windowStart(key.start, window.ms)).id)!;
        mergeInto(larger.delta, delta);
        larger.inDoubt ||= inDoubt;
      }
    }
  }

  private touch(reading: Reading): void {
    let sensors = this.devices.get(reading.device_id);
    if (!sensors) this.devices.set(reading.device_id, (sensors = new Map()));
    const rows: TouchedRow[] = [];
    const values: number[] = [];
    for (const sensor in reading.values) {
      let series = sensors.get(sensor);
      if (!series) sensors.set(sensor, (series = { byStart: this.levels.map(() => new Map()), last: [] }));
      values.push(reading.values[sensor]!);
      for (const level of this.base) rows.push(this.row(series, level, reading.device_id, sensor, reading.ts));
    }
    this.rowsOf.push(rows);
    this.values.push(values);
  }

  private row(series: Series, level: number, device: string, sensor: string, ts: number): TouchedRow {
    const { window, rows } = this.levels[level]!;
    const last = series.last[level];
    if (last && ts >= last.key.start && ts < last.key.start + window.ms) return last;
    const start = windowStart(ts, window.ms);
    let row = series.byStart[level]!.get(start);
    if (!row) {
      row = { key: rowKey(device, sensor, window, start), delta: emptyAggregate(), inDoubt: false };
      series.byStart[level]!.set(start, row);
      rows.push(row);
    }
    series.last[level] = row;
    return row;
  }

  private touchLarger(): void {
    this.levels.forEach(({ source }, level) => {
      for (const { key } of source?.rows ?? [])
        this.row(this.devices.get(key.device_id)!.get(key.sensor_type)!, level, key.device_id, key.sensor_type, key.start);
    });
  }
}
