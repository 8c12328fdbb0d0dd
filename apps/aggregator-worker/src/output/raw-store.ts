import type { Collection } from '@iot/mongo';
import { BackendUnavailable } from '@iot/resilience';
import {
  DUPLICATE_KEY,
  EncodedBatch,
  fieldNames,
  PROTOCOL_READ,
  type BsonWriter,
  type RawDocument,
  type WriteFailure,
} from '@iot/mongo';
import { eventKey } from '@iot/telemetry';
import type { BareIds } from './bare-ids.js';
import { insertApart, mustTakeOthers } from './refused-documents.js';
import { sensorField } from './sensor-field.js';
import type { TelemetryEvent } from '../core/event.js';
import type { InsertAnswer, RawStore } from '../core/settle-batch.js';

const IDS_PER_READ = 5000;

const FIELD = fieldNames(
  '_id',
  'event_id',
  'device_id',
  'ts',
  'received_at',
  'source',
  'lat',
  'lon',
  'attributes',
);

/** Writes a {@link RawDocument}. */
function encode(writer: BsonWriter, { reading, source, receivedAt }: TelemetryEvent): void {
  const { eventId, deviceId, ts, values, lat, lon, attributes } = reading;
  const document = writer.open();
  // What eventKey() says.
  writer.path(FIELD._id, deviceId, eventId);
  writer.text(FIELD.event_id, eventId);
  writer.text(FIELD.device_id, deviceId);
  writer.date(FIELD.ts, ts);
  writer.date(FIELD.received_at, receivedAt);
  for (const sensor in values) writer.number(sensorField(sensor), values[sensor]!);
  writer.text(FIELD.source, source);
  if (lat !== undefined) {
    writer.number(FIELD.lat, lat);
    writer.number(FIELD.lon, lon!);
  }
  if (attributes !== undefined) writer.text(FIELD.attributes, attributes);
  writer.close(document);
}

/** {@link RawStore} on `telemetry_raw`. */
export class MongoRawStore implements RawStore {
  constructor(
    private readonly raw: Collection<RawDocument>,
    private readonly bareIds: BareIds,
  ) {}

  async insert(events: readonly TelemetryEvent[]): Promise<InsertAnswer[]> {
    return this.bareIds.areGone
      ? this.insertAll(events)
      : this.insertBeside(await this.bareIds.among(events), events);
  }

  async sourcesOf(events: readonly TelemetryEvent[]): Promise<(string | undefined)[]> {
    const bare = this.bareIds.areGone ? undefined : await this.bareIds.among(events);
    const sources = new Map<string, string>();
    for (let i = 0; i < events.length; i += IDS_PER_READ) {
      const some = events.slice(i, i + IDS_PER_READ);
      for (const [key, source] of await this.readSources(some)) sources.set(key, source);
    }
    return events.map((event) => bare?.get(event) ?? sources.get(eventKey(event.reading)));
  }

  private async insertAll(events: readonly TelemetryEvent[]): Promise<InsertAnswer[]> {
    const answers = new Array<InsertAnswer>(events.length).fill('new');
    if (events.length === 0) return answers;
    const failures = await insertApart(this.raw, events, (some) => this.send(some));
    const taken: number[] = [];
    const refused: WriteFailure[] = [];
    for (const failure of failures)
      if (failure.code === DUPLICATE_KEY) taken.push(failure.index);
      else refused.push(failure);
    if (refused.length > 0 && failures.length === events.length)
      await mustTakeOthers(this.raw, refused[0]!);
    for (const { index, message } of refused) answers[index] = { refused: message };
    await this.findTaken(events, taken, answers);
    return answers;
  }

  /** Inserts but those events of which `stored` gives the source already. */
  private async insertBeside(
    stored: ReadonlyMap<TelemetryEvent, string>,
    events: readonly TelemetryEvent[],
  ): Promise<InsertAnswer[]> {
    if (stored.size === 0) return this.insertAll(events);
    const answers = (await this.insertAll(events.filter((event) => !stored.has(event)))).values();
    return events.map((event) =>
      stored.has(event) ? { storedFrom: stored.get(event)! } : answers.next().value!,
    );
  }

  private send(events: readonly TelemetryEvent[]): Promise<readonly WriteFailure[]> {
    const documents = new EncodedBatch(events.length);
    for (const event of events) encode(documents.next(), event);
    return documents.insertInto(this.raw);
  }

  /**
   * Only what a majority holds counts: a recompute reads the same, so it sees every event that is
   * found here.
   */
  private async findTaken(
    events: readonly TelemetryEvent[],
    taken: readonly number[],
    answers: InsertAnswer[],
  ): Promise<void> {
    for (let i = 0; i < taken.length; i += IDS_PER_READ) {
      const some = taken.slice(i, i + IDS_PER_READ);
      const sources = await this.readSources(some.map((index) => events[index]!));
      some.forEach((index) => {
        const key = eventKey(events[index]!.reading);
        const storedFrom = sources.get(key);
        if (storedFrom === undefined)
          throw new BackendUnavailable(
            `event ${key} is stored but not by a majority yet`,
            'waiting for replication',
          );
        answers[index] = { storedFrom };
      });
    }
  }

  private async readSources(events: readonly TelemetryEvent[]): Promise<Map<string, string>> {
    const found = this.raw.find(
      {
        _id: { $in: events.map(({ reading }) => eventKey(reading)) },
        device_id: { $in: [...new Set(events.map(({ reading }) => reading.deviceId))] },
      },
      { projection: { source: 1 }, batchSize: IDS_PER_READ, ...PROTOCOL_READ },
    );
    return new Map((await found.toArray()).map(({ _id, source }) => [_id, source]));
  }
}
