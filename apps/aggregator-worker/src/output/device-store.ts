import type { Collection } from '@iot/mongo';
import { LRUCache } from 'lru-cache';
import {
  drawFirstVersion,
  EncodedBatch,
  fieldNames,
  PROTOCOL_READ,
  type BsonWriter,
  type DeviceDocument,
} from '@iot/mongo';
import { joinSummary, type DeviceSummary } from '../core/device-summary.js';
import { sensorField } from './sensor-field.js';

/** A device as this worker last wrote or read it. */
interface Known {
  readonly summary: DeviceSummary;
  /** 0: it is not stored. */
  version: number;
  /** The version that it gets with its next write. */
  next: number;
  /**
   * Writes that have not succeeded, or not yet. While there is one, the summary may be ahead of
   * what is stored.
   */
  unsettled: number;
}

const IDS_PER_READ = 5000;

/**
 * The `devices` collection. A summary only ever grows, so joining it again after a lost
 * compare-and-set is always right.
 */
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
        known.unsettled++;
        changed.push(id);
        changes.push(known);
      });
      if (changed.length === 0) return;
      const lost = new Set(await this.write(changed, changes));
      open = [];
      changed.forEach((id, i) => {
        if (lost.has(i)) return open.push(id);
        changes[i]!.version = changes[i]!.next++;
        return changes[i]!.unsettled--;
      });
    }
  }

  forget(): void {
    this.known.clear();
  }

  private async hold(ids: readonly string[]): Promise<Known[]> {
    const held = ids.map((id) => this.known.get(id));
    const missing = ids.filter((_, i) => held[i] === undefined || held[i].unsettled > 0);
    if (missing.length === 0) return held as Known[];
    const found = new Map(missing.map((id) => [id, nothingKnown()]));
    for (let i = 0; i < missing.length; i += IDS_PER_READ)
      for await (const { _id, version, first_seen, last_seen, latest } of this.devices.find(
        { _id: { $in: missing.slice(i, i + IDS_PER_READ) } },
        PROTOCOL_READ,
      )) {
        const sensors = Object.entries(latest).map(([sensor, { value, ts }]) => ({
          sensor,
          value,
          ts: ts.getTime(),
        }));
        const summary = { first: first_seen.getTime(), last: last_seen.getTime(), latest: sensors };
        found.set(_id, { version, next: version + 1, summary, unsettled: 0 });
      }
    for (const [id, known] of found) this.known.set(id, known);
    return ids.map((id, i) => found.get(id) ?? held[i]!);
  }

  /** Returns the indexes of those that someone else wrote, or deleted. */
  private async write(ids: readonly string[], changes: readonly Known[]): Promise<number[]> {
    const statements = new EncodedBatch(ids.length);
    const seen = changes.map(({ version }) => version);
    ids.forEach((id, i) =>
      statements.compareAndSet(id, seen[i]!, (writer) => encode(writer, changes[i]!)),
    );
    return statements.updateIn(this.devices, (index) => ({ id: ids[index]!, seen: seen[index]! }));
  }
}

const FIELD = fieldNames('version', 'first_seen', 'last_seen', 'latest', 'value', 'ts');

function encode(writer: BsonWriter, { summary, next }: Known): void {
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
  writer.number(FIELD.version, next);
}

const nothingKnown = (): Known => ({
  version: 0,
  next: drawFirstVersion(),
  unsettled: 0,
  summary: { first: Infinity, last: -Infinity, latest: [] },
});
