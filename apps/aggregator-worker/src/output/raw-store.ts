import type { Collection } from 'mongodb';
import { StoreUnwell } from '@iot/common/kafka';
import { DUPLICATE_KEY, isStoreUnwell, MongoBulkWriteError, writeFailures, type RawDocument } from '@iot/common/mongo';
import type { InsertOutcome, RawStore, TelemetryEvent } from '../core/settle-batch.js';

const IDS_PER_READ = 5000;

const documentOf = ({ reading: { event_id, device_id, ts, values, lat, lon }, source, receivedAt }: TelemetryEvent): RawDocument => {
  const document: RawDocument = { _id: event_id, device_id, ts: new Date(ts), received_at: new Date(receivedAt), ...values, source };
  if (lat !== undefined) {
    document.lat = lat;
    document.lon = lon!;
  }
  return document;
};

/** {@link RawStore} on `telemetry_raw`. */
export class MongoRawStore implements RawStore {
  constructor(private readonly raw: Collection<RawDocument>) {}

  async insert(events: readonly TelemetryEvent[], sources: ReadonlyMap<string, readonly string[]>): Promise<InsertOutcome[]> {
    const outcomes = new Array<InsertOutcome>(events.length).fill('new');
    if (events.length === 0) return outcomes;
    try {
      await this.raw.insertMany(events.map(documentOf), { ordered: false });
      return outcomes;
    } catch (error) {
      if (!(error instanceof MongoBulkWriteError) || isStoreUnwell(error)) throw error;
      const taken: number[] = [];
      for (const { index, code, message } of writeFailures(error))
        if (code === DUPLICATE_KEY) taken.push(index);
        else outcomes[index] = { refused: message };
      await this.tellDuplicates(events, sources, taken, outcomes);
      return outcomes;
    }
  }

  /** Only what a majority holds counts: a recompute reads the same, so it sees every event that is found here. */
  private async tellDuplicates(
    events: readonly TelemetryEvent[],
    sources: ReadonlyMap<string, readonly string[]>,
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
        outcomes[index] = sources.get(id)!.includes(source) ? 'replayed' : 'duplicate';
      }
    }
  }
}
