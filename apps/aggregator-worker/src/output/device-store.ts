import type { Collection } from 'mongodb';
import { LRUCache } from 'lru-cache';
import { duplicateIndexes, EncodedBatch, fieldNames, type BsonWriter, type DeviceDocument } from '@iot/common/mongo';
import { joinSummary, type DeviceSummary } from '../core/device-summary.js';
import { sensorField } from './sensor-field.js';

/** A device as this worker last wrote or read it; version 0: it is not stored. */
interface Known {
  readonly summary: DeviceSummary;
  version: number;
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
    for (let open = [...updates.keys()]; open.length > 0;) {
      const held = await this.hold(open);
      const changed: string[] = [];
      const changes: Known[] = [];
      open.forEach((id, i) => {
        const known = held[i]!;
        if (!joinSummary(known.summary, updates.get(id)!) && known.version > 0) return;
        // Until the write is known to have happened, the summary in memory is ahead of the store.
        this.known.delete(id);
        changed.push(id);
        changes.push(known);
      });
      if (changed.length === 0) return;
      const lost = new Set(await this.write(changed, changes));
      open = [];
      changed.forEach((id, i) => {
        if (lost.has(i)) return open.push(id);
        changes[i]!.version++;
        return this.known.set(id, changes[i]!);
      });
    }
  }

  forget(): void {
    this.known.clear();
  }

  private async hold(ids: readonly string[]): Promise<Known[]> {
    const held = ids.map((id) => this.known.get(id));
    const missing = ids.filter((_, i) => held[i] === undefined);
    const found = new Map<string, Known>();
    for (let i = 0; i < missing.length; i += IDS_PER_READ)
      for await (const { _id, version, first_seen, last_seen, latest } of this.devices.find({
        _id: { $in: missing.slice(i, i + IDS_PER_READ) },
      })) {
        const sensors = Object.entries(latest).map(([sensor, { value, ts }]) => ({ sensor, value, ts: ts.getTime() }));
        found.set(_id, { version, summary: { first: first_seen.getTime(), last: last_seen.getTime(), latest: sensors } });
      }
    return held.map((known, i) => known ?? found.get(ids[i]!) ?? nothingKnown());
  }

  /** Returns the places of those that someone else wrote. */
  private async write(ids: readonly string[], changes: readonly Known[]): Promise<number[]> {
    const statements = new EncodedBatch(ids.length);
    ids.forEach((id, i) => statements.compareAndSet(id, changes[i]!.version, (writer) => encode(writer, changes[i]!)));
    return duplicateIndexes(await statements.updateIn(this.devices));
  }
}

const FIELD = fieldNames('version', 'first_seen', 'last_seen', 'latest', 'value', 'ts');

function encode(writer: BsonWriter, { summary, version }: Known): void {
  writer.date(FIELD.first_seen, summary.first);
  writer.date(FIELD.last_seen, summary.last);
  const latest = writer.open(FIELD.latest);
  for (const { sensor, value, ts } of summary.latest) {
    const entry = writer.open(sensorField(sensor));
    writer.number(FIELD.value, value);
    writer.date(FIELD.ts, ts);
    writer.close(entry);
  }
  writer.close(latest);
  writer.number(FIELD.version, version + 1);
}

const nothingKnown = (): Known => ({ version: 0, summary: { first: Infinity, last: -Infinity, latest: [] } });
