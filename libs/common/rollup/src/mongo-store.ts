import type { Collection } from '@iot/mongo';
import {
  duplicateIndexes,
  EncodedBatch,
  fieldNames,
  PROTOCOL_READ,
  type BsonWriter,
  type RawDocument,
  type RollupDocument,
} from '@iot/mongo';
import {
  addValue,
  counts,
  emptyAggregate,
  isSound,
  mergeInto,
  type Aggregate,
} from './aggregate.js';
import { rowRanges } from './row-ranges.js';
import { deviceOfRow, rowId, type Row, type RowKey } from './row.js';
import type { RollupStore, RowWrite } from './store.js';
import { windowStart, type WindowSize } from './window.js';

const IDS_PER_READ = 5000;
const RANGES_PER_READ = 200;
const FIELD = fieldNames(
  '_id',
  'device_id',
  'sensor_type',
  'window',
  'timestamp',
  'count',
  'sum',
  'min',
  'max',
  'average',
  'version',
  'updated_at',
  'era',
  'expire_at',
);

/** {@link RollupStore} on MongoDB: plain finds and upserts that every server since 4.4 has. */
export class MongoRollupStore implements RollupStore {
  constructor(
    private readonly raw: Collection<RawDocument>,
    private readonly rows: Collection<RollupDocument>,
    /**
     * How long rows of a window size are kept after their start, in milliseconds by label; a size
     * that is not named is kept for ever.
     */
    private readonly retentionMs: Readonly<Record<string, number>> = {},
  ) {}

  async readRows(ids: readonly string[]): Promise<Map<string, Row>> {
    const found = new Map<string, Row>();
    for (let i = 0; i < ids.length; i += IDS_PER_READ) {
      const some = ids.slice(i, i + IDS_PER_READ);
      const cursor = this.rows.find(
        { _id: { $in: some }, device_id: { $in: [...new Set(some.map(deviceOfRow))] } },
        {
          projection: { count: 1, sum: 1, min: 1, max: 1, version: 1, era: 1 },
          batchSize: IDS_PER_READ,
          ...PROTOCOL_READ,
        },
      );
      for await (const { _id, version, count, sum, min, max, era } of cursor)
        found.set(
          _id,
          era === undefined
            ? { version, count, sum, min, max }
            : { version, count, sum, min, max, era },
        );
    }
    return found;
  }

  async writeRows(rows: readonly RowWrite[]): Promise<Set<string>> {
    const [first, later] = [
      rows.filter(({ seen }) => seen === 0),
      rows.filter(({ seen }) => seen > 0),
    ];
    const now = Date.now();
    const conflicts = new Set<string>();
    const lose = (some: readonly RowWrite[], indexes: readonly number[]): void => {
      for (const index of indexes) conflicts.add(some[index]!.key.id);
    };
    const inserted = new EncodedBatch(first.length);
    for (const row of first) this.encodeRow(inserted.next(), row, now);
    const updated = new EncodedBatch(later.length * 2);
    for (const row of later)
      updated.compareAndSet(
        row.key.id,
        row.seen,
        (writer) => this.encodeContent(writer, row, now),
        row.key.deviceId,
      );
    const [insertFailures, lost] = await Promise.all([
      inserted.insertInto(this.rows),
      updated.updateIn(this.rows, (index) => ({
        id: later[index]!.key.id,
        seen: later[index]!.seen,
        deviceId: later[index]!.key.deviceId,
      })),
    ]);
    // A row that was to be new and exists is a lost compare-and-set too.
    lose(first, duplicateIndexes(insertFailures));
    lose(later, lost);
    return conflicts;
  }

  private encodeRow(writer: BsonWriter, row: RowWrite, now: number): void {
    const document = writer.open();
    writer.text(FIELD._id, row.key.id);
    this.encodeContent(writer, row, now);
    writer.close(document);
  }

  private encodeContent(
    writer: BsonWriter,
    { key, version, aggregate: { count, sum, min, max }, era }: RowWrite,
    now: number,
  ): void {
    writer.text(FIELD.device_id, key.deviceId);
    writer.text(FIELD.sensor_type, key.sensorType);
    writer.text(FIELD.window, key.window.label);
    writer.date(FIELD.timestamp, key.start);
    writer.number(FIELD.count, count);
    writer.number(FIELD.sum, sum);
    writer.number(FIELD.min, min);
    writer.number(FIELD.max, max);
    writer.number(FIELD.average, sum / count);
    writer.number(FIELD.version, version);
    writer.date(FIELD.updated_at, now);
    // Nearly all rows are of a size that was always there.
    if (era > 0) writer.number(FIELD.era, era);
    const kept = this.retentionMs[key.window.label];
    if (kept !== undefined) writer.date(FIELD.expire_at, key.start + kept);
  }

  async foldRaw(keys: readonly RowKey[]): Promise<Map<string, Aggregate>> {
    const folds = new Folds(keys);
    for (const ranges of chunks(windowRanges(keys), RANGES_PER_READ)) {
      const projection = Object.fromEntries([...folds.sensors].map((sensor) => [sensor, 1]));
      const cursor = this.raw.find(
        {
          $or: ranges.map(({ deviceId, start, end }) => ({
            device_id: deviceId,
            ts: { $gte: new Date(start), $lt: new Date(end) },
          })),
        },
        {
          projection: { _id: 0, device_id: 1, ts: 1, ...projection },
          batchSize: 5000,
          ...PROTOCOL_READ,
        },
      );
      for await (const document of cursor)
        for (const sensor of folds.sensors) {
          const value = document[sensor];
          if (!counts(value)) continue;
          const fold = folds.of(document.device_id, sensor, document.ts.getTime());
          if (fold) addValue(fold, value);
        }
    }
    return folds.nonEmpty();
  }

  async foldRows(keys: readonly RowKey[], smaller: WindowSize): Promise<Map<string, Aggregate>> {
    const folds = new Folds(keys);
    for (const ranges of chunks(rowRanges(keys, smaller), RANGES_PER_READ)) {
      const cursor = this.rows.find(
        {
          $or: ranges.map(({ deviceId, from, below }) => ({
            _id: { $gte: from, $lt: below },
            device_id: deviceId,
          })),
        },
        {
          projection: {
            _id: 0,
            device_id: 1,
            sensor_type: 1,
            timestamp: 1,
            count: 1,
            sum: 1,
            min: 1,
            max: 1,
          },
          batchSize: IDS_PER_READ,
          ...PROTOCOL_READ,
        },
      );
      for await (const {
        device_id: deviceId,
        sensor_type: sensorType,
        timestamp,
        ...aggregate
      } of cursor) {
        const fold = folds.of(deviceId, sensorType, timestamp.getTime());
        if (fold) mergeInto(fold, aggregate);
      }
    }
    const found = folds.nonEmpty();
    await this.foldUnsound(keys, found);
    return found;
  }

  /**
   * Where a smaller row is of an older version, with values that do not count, the raw events say
   * what does.
   */
  private async foldUnsound(keys: readonly RowKey[], found: Map<string, Aggregate>): Promise<void> {
    const unsound = keys.filter(({ id }) => found.has(id) && !isSound(found.get(id)!));
    if (unsound.length === 0) return;
    const folds = await this.foldRaw(unsound);
    for (const { id } of unsound) {
      const fold = folds.get(id);
      if (fold) found.set(id, fold);
      else found.delete(id);
    }
  }
}

/** Aggregates of keys of one window size, found by device, sensor and time. */
class Folds {
  readonly sensors = new Set<string>();
  private readonly byId = new Map<string, Aggregate>();
  private readonly size: WindowSize | undefined;

  constructor(keys: readonly RowKey[]) {
    this.size = keys[0]?.window;
    for (const key of keys) {
      this.sensors.add(key.sensorType);
      this.byId.set(key.id, emptyAggregate());
    }
  }

  of(deviceId: string, sensor: string, ts: number): Aggregate | undefined {
    return (
      this.size &&
      this.byId.get(rowId(deviceId, sensor, this.size.label, windowStart(ts, this.size.ms)))
    );
  }

  nonEmpty(): Map<string, Aggregate> {
    return new Map([...this.byId].filter(([, aggregate]) => aggregate.count > 0));
  }
}

/** The time ranges that the keys cover, adjoining windows of a device joined. */
function windowRanges(keys: readonly RowKey[]): { deviceId: string; start: number; end: number }[] {
  const sorted = [...keys].sort((a, b) =>
    a.deviceId < b.deviceId ? -1 : a.deviceId > b.deviceId ? 1 : a.start - b.start,
  );
  const ranges: { deviceId: string; start: number; end: number }[] = [];
  for (const { deviceId, start, window } of sorted) {
    const last = ranges.at(-1);
    if (last?.deviceId === deviceId && start <= last.end)
      last.end = Math.max(last.end, start + window.ms);
    else ranges.push({ deviceId, start, end: start + window.ms });
  }
  return ranges;
}

function* chunks<T>(items: Iterable<T>, size: number): Generator<T[]> {
  let chunk: T[] = [];
  for (const item of items) {
    if (chunk.push(item) < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
