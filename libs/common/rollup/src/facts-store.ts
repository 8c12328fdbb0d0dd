import type { Collection } from '@iot/mongo';
import { DUPLICATE_KEY, type FactsDocument, type SizeFactsDocument } from '@iot/mongo';
import type { Facts, SizeFacts } from './facts.js';

const ID = 'rollups';

/** Facts as stored. */
export interface StoredFacts {
  readonly facts: Facts;
  /** Grows with every write. */
  readonly version: number;
  /** False: workers of an older configuration may still be at work. */
  readonly inForce: boolean;
  /** When a worker last said that it works under these facts. */
  readonly usedAt: Date;
}

/** The facts of a database, one document, written under compare-and-set. */
export class FactsStore {
  constructor(private readonly collection: Collection<FactsDocument>) {}

  /** By a majority: what a failover takes back must not have been believed. */
  async read(): Promise<StoredFacts | undefined> {
    const document = await this.collection.findOne(
      { _id: ID },
      { readConcern: { level: 'majority' } },
    );
    return document ? fromDocument(document) : undefined;
  }

  /**
   * Writes the facts if they still have version `seen` (0: there are none). Returns whether they
   * had.
   */
  async write(facts: Facts, inForce: boolean, seen: number, now: number): Promise<boolean> {
    const document = toDocument(facts, inForce, seen + 1, now);
    if (seen > 0)
      return (
        (await this.collection.replaceOne({ _id: ID, version: seen }, document)).matchedCount === 1
      );
    try {
      await this.collection.insertOne(document);
      return true;
    } catch (error) {
      if ((error as { code?: number }).code === DUPLICATE_KEY) return false;
      throw error;
    }
  }

  /** Says that a worker works under the facts of an epoch. */
  async used(epoch: number, now: number): Promise<void> {
    await this.collection.updateOne({ _id: ID, epoch }, { $set: { used_at: new Date(now) } });
  }
}

const toDate = (ms: number): Date | null => (ms === -Infinity ? null : new Date(ms));
const fromDate = (date: Date | null): number => (date ? date.getTime() : -Infinity);

function toDocument(
  { epoch, raw, sizes, retired }: Facts,
  inForce: boolean,
  version: number,
  now: number,
): FactsDocument {
  return {
    _id: ID,
    version,
    epoch,
    in_force: inForce,
    raw: {
      configured_ms: raw.configuredMs,
      retention_ms: raw.retentionMs,
      kept_since: toDate(raw.keptSince),
    },
    sizes: Object.fromEntries(
      Object.entries(sizes).map(([label, size]) => [label, sizeDocument(size)]),
    ),
    retired: { ...retired },
    used_at: new Date(now),
  };
}

function sizeDocument({
  era,
  completeSince,
  retentionMs,
  keptSince,
  before,
}: SizeFacts): SizeFactsDocument {
  return {
    era,
    ...(completeSince !== Infinity && { complete_since: toDate(completeSince) }),
    ...(retentionMs !== Infinity && { retention_ms: retentionMs }),
    kept_since: toDate(keptSince),
    ...(before && {
      before: {
        ...(before.retentionMs !== Infinity && { retention_ms: before.retentionMs }),
        ...(before.until !== Infinity && { until: new Date(before.until) }),
      },
    }),
  };
}

function fromDocument({
  version,
  epoch,
  in_force,
  raw,
  sizes,
  retired,
  used_at,
}: FactsDocument): StoredFacts {
  const facts: Facts = {
    epoch,
    raw: {
      configuredMs: raw.configured_ms,
      retentionMs: raw.retention_ms,
      keptSince: fromDate(raw.kept_since),
    },
    sizes: Object.fromEntries(
      Object.entries(sizes).map(([label, size]) => [label, sizeFacts(size)]),
    ),
    retired: { ...retired },
  };
  return { facts, version, inForce: in_force, usedAt: used_at };
}

const sizeFacts = ({
  era,
  complete_since,
  retention_ms = Infinity,
  kept_since,
  before,
}: SizeFactsDocument): SizeFacts => ({
  era,
  completeSince: complete_since === undefined ? Infinity : fromDate(complete_since),
  retentionMs: retention_ms,
  keptSince: fromDate(kept_since),
  ...(before && {
    before: {
      retentionMs: before.retention_ms ?? Infinity,
      until: before.until?.getTime() ?? Infinity,
    },
  }),
});
