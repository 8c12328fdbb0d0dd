import type { Reading } from '@iot/telemetry';
import {
  addValue,
  emptyAggregate,
  mergeInto,
  rowKey,
  sourceWindow,
  windowStart,
  type Aggregate,
  type Row,
  type RowKey,
  type WindowSize,
} from '@iot/rollup';
import type { CachedSeries, RowCache } from './row-cache.js';
import type { InsertOutcome, TelemetryEvent } from './event.js';

/**
 * A row that a batch may change: what its new events add, and whether the row's content is in
 * doubt.
 */
export interface TouchedRow {
  readonly key: RowKey;
  readonly delta: Aggregate;
  /** Whether it counts the events is not known: nor do the larger rows that take over from it. */
  inDoubt: boolean;
  /**
   * Whether what was there before is all there was is not known, or whether it was kept up to date:
   * its size was not in WINDOWS all the time.
   */
  unknown: boolean;
  /** The rows of larger windows that take over from this one. */
  readonly larger: TouchedRow[];
  /** The row before the batch; undefined: there was none. */
  before: Row | undefined;
  readonly cached: CachedSeries;
}

/** The rows of one window size. */
export interface Level {
  readonly window: WindowSize;
  /** Rows of this size are fed from the rows of `source`; undefined: from the readings. */
  readonly source: Level | undefined;
  readonly rows: TouchedRow[];
}

/**
 * What is touched of one device and sensor, by level: the one that was touched last, as readings
 * come mostly in order of time, and the others by window start.
 */
interface Series {
  readonly last: (TouchedRow | undefined)[];
  readonly others: (Map<number, TouchedRow> | undefined)[];
  readonly cached: CachedSeries;
}

/**
 * The rows that a batch of readings touches, per window size, smallest first. A reading is folded
 * into the smallest windows only; the larger ones take over their sums, so a reading costs the same
 * however many sizes there are.
 */
export class TouchedRows {
  readonly levels: readonly Level[];
  private readonly base: readonly number[];
  private readonly devices = new Map<string, Map<string, Series>>();
  /**
   * The rows of each event's values, for each of the smallest windows, one event after the other.
   */
  private readonly rowsOfValues: TouchedRow[] = [];

  /** @param windows smallest first */
  constructor(
    windows: readonly WindowSize[],
    private readonly events: readonly Pick<TelemetryEvent, 'reading'>[],
    private readonly cache: RowCache,
  ) {
    const levels: Level[] = [];
    for (const window of windows) {
      const smaller = sourceWindow(window, windows);
      levels.push({ window, source: levels.find((level) => level.window === smaller), rows: [] });
    }
    this.levels = levels;
    this.base = levels.flatMap((level, index) => (level.source ? [] : [index]));
    for (const { reading } of events) this.touch(reading);
    this.touchLarger();
  }

  /**
   * Adds each new event to its rows, and puts the rows of each replayed one in doubt: whether they
   * count it is not known. Then carries both over to the larger windows. Call once.
   * @param outcomes one for each event
   */
  settle(outcomes: readonly InsertOutcome[]): void {
    const { events, rowsOfValues } = this;
    const perValue = this.base.length;
    let at = 0;
    for (let i = 0; i < events.length; i++) {
      const { values } = events[i]!.reading;
      const outcome = outcomes[i];
      for (const sensor in values)
        for (let level = 0; level < perValue; level++) {
          const row = rowsOfValues[at++]!;
          if (outcome === 'new') addValue(row.delta, values[sensor]!);
          else if (outcome === 'replayed') row.inDoubt = true;
        }
    }
    this.settleLarger();
  }

  private settleLarger(): void {
    for (const { rows } of this.levels)
      for (const { larger, delta, inDoubt } of rows)
        for (const row of larger) {
          mergeInto(row.delta, delta);
          row.inDoubt ||= inDoubt;
        }
  }

  private touch({ deviceId, ts, values }: Reading): void {
    let sensors = this.devices.get(deviceId);
    if (!sensors) this.devices.set(deviceId, (sensors = new Map()));
    for (const sensor in values) {
      let series = sensors.get(sensor);
      if (!series)
        sensors.set(
          sensor,
          (series = { last: [], others: [], cached: this.cache.series(deviceId, sensor) }),
        );
      for (const level of this.base)
        this.rowsOfValues.push(this.row(series, level, deviceId, sensor, ts));
    }
  }

  private row(
    series: Series,
    level: number,
    device: string,
    sensor: string,
    ts: number,
  ): TouchedRow {
    const { window, rows } = this.levels[level]!;
    const last = series.last[level];
    if (last && ts >= last.key.start && ts < last.key.start + window.ms) return last;
    const start = windowStart(ts, window.ms);
    let row = series.others[level]?.get(start);
    if (!row) {
      const { cached } = series;
      row = {
        key: rowKey(device, sensor, window, start),
        delta: emptyAggregate(),
        inDoubt: false,
        unknown: false,
        larger: [],
        before: undefined,
        cached,
      };
      rows.push(row);
    }
    if (last) (series.others[level] ??= new Map()).set(last.key.start, last);
    series.last[level] = row;
    return row;
  }

  private touchLarger(): void {
    this.levels.forEach(({ source }, level) => {
      for (const { key, larger } of source?.rows ?? [])
        larger.push(
          this.row(
            this.devices.get(key.deviceId)!.get(key.sensorType)!,
            level,
            key.deviceId,
            key.sensorType,
            key.start,
          ),
        );
    });
  }
}
