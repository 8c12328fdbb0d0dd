import type { Collection } from 'mongodb';
import { StoreUnwell } from '@iot/common/kafka';
import { DUPLICATE_KEY, EncodedBatch, fieldNames, type BsonWriter, type RawDocument } from '@iot/common/mongo';
import { sensorField } from './sensor-field.js';
import { isOwnSource, type InsertOutcome, type RawStore, type Repeats, type TelemetryEvent } from '../core/settle-batch.js';

const IDS_PER_READ = 5000;

const FIELD = fieldNames('_id', 'device_id', 'ts', 'received_at', 'source', 'lat', 'lon');

/** Writes a {@link RawDocument}. */
function encode(writer: BsonWriter, { reading: { event_id, device_id, ts, values, lat, lon }, source, receivedAt }: TelemetryEvent): void {
  const document = writer.open();
  writer.text(FIELD._id, event_id);
  writer.text(FIELD.device_id, device_id);
  writer.date(FIELD.ts, ts);
  writer.date(FIELD.received_at, receivedAt);
  for (const sensor in values) writer.number(sensorField(sensor), values[sensor]!);
  writer.text(FIELD.source, source);
  if (lat !== undefined) {
    writer.number(FIELD.lat, lat);
    writer.number(FIELD.lon, lon!);
  }
  writer.close(document);
}

/** {@link RawStore} on `telemetry_raw`. */
export class MongoRawStore implements RawStore {
  constructor(private readonly raw: Collection<RawDocument>) {}

  async insert(events: readonly TelemetryEvent[], repeats: Repeats): Promise<InsertOutcome[]> {
    const outcomes = new Array<InsertOutcome>(events.length).fill('new');
    if (events.length === 0) return outcomes;
    const documents = new EncodedBatch(events.length);
    for (const event of events) encode(documents.next(), event);
    const taken: number[] = [];
    for (const { index, code, message } of await documents.insertInto(this.raw))
      if (code === DUPLICATE_KEY) taken.push(index);
      else outcomes[index] = { refused: message };
    await this.tellDuplicates(events, repeats, taken, outcomes);
    return outcomes;
  }

  /** Only what a majority holds counts: a recompute reads the same, so it sees every event that is found here. */
  private async tellDuplicates(
    events: readonly TelemetryEvent[],
    repeats: Repeats,
    taken: readonly number[],
    outcomes: InsertOutcome[],
  ): Promise<void> {
    for (let i = 0; i < taken.length; i += IDS_PER_READ) {
      const some = taken.slice(i, i + IDS_PER_READ);
      const found = this.raw.find(
        { _id: { $in: some.map((index) => events[index]!.reading.event_id) } },
        { projection: { source: 1 }, readConcern: { level: 'majority' }, batchSize: IDS_PER_READ },
      );
      const sourceById = new Map((await found.toArray()).map(({ _id, source }) => [_id, source]));
      for (const index of some) {
        const id = events[index]!.reading.event_id;
        const source = sourceById.get(id);
        if (source === undefined) throw new StoreUnwell(`event ${id} is stored but not by a majority yet`, 'waiting for replication');
        outcomes[index] = isOwnSource(source, events[index]!, repeats) ? 'replayed' : 'duplicate';
      }
    }
  }
}
