import type { Collection, Db } from '@iot/mongo';
import { DUPLICATE_KEY, PROTOCOL_READ, type RawDocument } from '@iot/mongo';
import type { TelemetryEvent } from '../core/event.js';
import { newestReading } from './newest-reading.js';

/**
 * In `platform_facts`: what was there when ids began to be within their device. `newest` null:
 * nothing.
 */
interface BareIdsFact {
  readonly _id: 'bare_event_ids';
  /** Time of the newest reading then. */
  readonly newest: Date | null;
}

const IDS_PER_READ = 5000;
const HOUR_MS = 3_600_000;
/** A worker of the older version that went on for a while stores later ones. */
const MARGIN_MS = 24 * HOUR_MS;

/**
 * Events that an older version stored, under their event id alone. A record of theirs that comes
 * again is looked for before it is inserted, until raw retention has removed the last of them;
 * where there never were any, nothing is ever looked for.
 */
export class BareIds {
  private gone = false;
  private newest: Date | null | undefined;
  private askAt = 0;
  private asking: Promise<void> | undefined;
  private readonly facts: Collection<BareIdsFact>;

  constructor(
    db: Db,
    private readonly raw: Collection<RawDocument>,
    private readonly now: () => number = Date.now,
  ) {
    this.facts = db.collection('platform_facts');
  }

  /** Whether there are none for certain, now and for ever. */
  get areGone(): boolean {
    return this.gone;
  }

  /**
   * Those of the events that are stored under their event id alone, and the source of each. @throws
   * a MongoError
   */
  async among(events: readonly TelemetryEvent[]): Promise<ReadonlyMap<TelemetryEvent, string>> {
    const sources = new Map<TelemetryEvent, string>();
    if (this.now() >= this.askAt)
      await (this.asking ??= this.ask().finally(() => (this.asking = undefined)));
    if (this.gone) return sources;
    for (let i = 0; i < events.length; i += IDS_PER_READ) {
      const some = events.slice(i, i + IDS_PER_READ);
      const cursor = this.raw.find(
        { _id: { $in: some.map(({ reading }) => reading.eventId) } },
        { projection: { source: 1, device_id: 1 }, batchSize: IDS_PER_READ, ...PROTOCOL_READ },
      );
      const found = new Map((await cursor.toArray()).map((document) => [document._id, document]));
      if (found.size === 0) continue;
      for (const event of some) {
        const document = found.get(event.reading.eventId);
        // Of another device, it is another event.
        if (document?.device_id === event.reading.deviceId) sources.set(event, document.source);
      }
    }
    return sources;
  }

  private async ask(): Promise<void> {
    const newest = (this.newest ??= await this.newestBefore());
    const until = newest && new Date(newest.getTime() + MARGIN_MS);
    this.gone =
      until === null ||
      (await this.raw.findOne(
        { ts: { $lte: until } },
        { projection: { ts: 1 }, ...PROTOCOL_READ },
      )) === null;
    this.askAt = this.now() + HOUR_MS;
  }

  /** As the first worker that asked found it. */
  private async newestBefore(): Promise<Date | null> {
    const known = await this.facts.findOne({ _id: 'bare_event_ids' }, PROTOCOL_READ);
    if (known) return known.newest;
    const newest = (await newestReading(this.raw)) ?? null;
    try {
      await this.facts.insertOne({ _id: 'bare_event_ids', newest });
      return newest;
    } catch (error) {
      if ((error as { code?: unknown }).code !== DUPLICATE_KEY) throw error;
      return this.newestBefore();
    }
  }
}
