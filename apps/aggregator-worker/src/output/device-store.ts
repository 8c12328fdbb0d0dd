import type { Collection } from 'mongodb';
import { LRUCache } from 'lru-cache';
import { duplicateIndexes, EncodedBatch, fieldNames, UPDATE, type BsonWriter, type DeviceDocument } from '@iot/common/mongo';
import { joinSummary, type DeviceSummary } from '../core/device-summary.js';
import { sensorField } from './sensor-field.js';

interface Known {
  readonly summary: DeviceSummary;
  readonly version: number;
}

const IDS_PER_READ = 5000;

/** The `devices` collection. A summary only ever grows, so joining it again after a lost compare-and-set is always right. */
export class DeviceStore {
  private readonly known: LRUCache<string, Known>;

  constructor(
    private readonly devices: Collection<DeviceDocument>,
    capacity: number,
  ) {
    this.known = new LRUCache({ max: capacity });
  }

  /** Joins what a batch says of its devices into what is stored. */
  async join(updates: ReadonlyMap<string, DeviceSummary>): Promise<void> {
    let open = [...updates.keys()];
    while (open.length > 0) {
      const held = await this.hold(open);
      const changed = open.filter((id) => {
        const { summary, version } = held.get(id)!;
        return joinSummary(summary, updates.get(id)!) || version === 0;
      });
      // Until the write is known to have happened, the summaries in memory are ahead of the store.
      for (const id of changed) this.known.delete(id);
      const lost = new Set(changed.length > 0 ? await this.write(changed, held) : []);
      for (const id of changed) {
        const { summary, version } = held.get(id)!;
        if (!lost.has(id)) this.known.set(id, { summary, version: version + 1 });
      }
      open = [...lost];
    }
  }

  forget(): void {
    this.known.clear();
  }

  private async hold(ids: readonly string[]): Promise<Map<string, Known>> {
    const held = new Map(ids.map((id) => [id, this.known.get(id) ?? nothingKnown()]));
    const missing = ids.filter((id) => held.get(id)!.version === 0);
    for (let i = 0; i < missing.length; i += IDS_PER_READ)
      for await (const { _id, version, first_seen, last_seen, latest } of this.devices.find({
        _id: { $in: missing.slice(i, i + IDS_PER_READ) },
      })) {
        const sensors = Object.entries(latest).map(([sensor, { value, ts }]) => [sensor, { value, ts: ts.getTime() }] as const);
        held.set(_id, { version, summary: { first: first_seen.getTime(), last: last_seen.getTime(), latest: new Map(sensors) } });
      }
    return held;
  }

  /** Returns the ids that someone else wrote. */
  private async write(ids: readonly string[], held: ReadonlyMap<string, Known>): Promise<string[]> {
    const statements = new EncodedBatch(ids.length);
    for (const id of ids) encodeUpdate(statements.next(), id, held.get(id)!);
    return duplicateIndexes(await statements.updateIn(this.devices)).map((index) => ids[index]!);
  }
}

const FIELD = fieldNames('_id', 'version', 'first_seen', 'last_seen', 'latest', 'value', 'ts');

/** An upsert under compare-and-set: where the filter misses, the server's duplicate-key error says that someone else wrote the device. */
function encodeUpdate(writer: BsonWriter, id: string, { summary, version }: Known): void {
  const statement = writer.open();
  const filter = writer.open(UPDATE.filter);
  writer.text(FIELD._id, id);
  writer.number(FIELD.version, version);
  writer.close(filter);
  const update = writer.open(UPDATE.update);
  const set = writer.open(UPDATE.set);
  writer.date(FIELD.first_seen, summary.first);
  writer.date(FIELD.last_seen, summary.last);
  const latest = writer.open(FIELD.latest);
  for (const [sensor, { value, ts }] of summary.latest) {
    const entry = writer.open(sensorField(sensor));
    writer.number(FIELD.value, value);
    writer.date(FIELD.ts, ts);
    writer.close(entry);
  }
  writer.close(latest);
  writer.number(FIELD.version, version + 1);
  writer.close(set);
  writer.close(update);
  writer.boolean(UPDATE.upsert, true);
  writer.close(statement);
}

const nothingKnown = (): Known => ({ version: 0, summary: { first: Infinity, last: -Infinity, latest: new Map() } });
