import type { AnyBulkWriteOperation, Collection } from 'mongodb';
import { LRUCache } from 'lru-cache';
import { duplicateKeyIndexes, type DeviceDocument } from '@iot/common/mongo';
import { joinSummary, type DeviceSummary } from '../core/device-summary.js';

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
    const operations = ids.map((id): AnyBulkWriteOperation<DeviceDocument> => {
      const { summary, version } = held.get(id)!;
      const latest = Object.fromEntries([...summary.latest].map(([sensor, { value, ts }]) => [sensor, { value, ts: new Date(ts) }]));
      const document = { first_seen: new Date(summary.first), last_seen: new Date(summary.last), latest, version: version + 1 };
      return { updateOne: { filter: { _id: id, version }, update: { $set: document }, upsert: true } };
    });
    try {
      await this.devices.bulkWrite(operations, { ordered: false });
      return [];
    } catch (error) {
      return duplicateKeyIndexes(error).map((index) => ids[index]!);
    }
  }
}

const nothingKnown = (): Known => ({ version: 0, summary: { first: Infinity, last: -Infinity, latest: new Map() } });
