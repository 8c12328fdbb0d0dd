import { hash } from 'node:crypto';
import {
  DUPLICATE_KEY,
  type LogicHeadDocument,
  type LogicRevisionDocument,
  type LogicVersionDocument,
  type Mongo,
  PROTOCOL_READ,
} from '@iot/mongo';
import { freshIdOf } from './fresh.js';
import type { ActiveProgram } from './program-table.js';

/** The document that changes with each change of any program: who follows them asks for this one. */
const REVISION = '#revision';
const ATTEMPTS = 10;

/** A change that was made while somebody else made one. */
export class LogicConflict extends Error {
  override readonly name = 'LogicConflict';
}

export interface NewLogic {
  readonly pattern: string;
  readonly logic: string;
  readonly by: string;
  readonly note?: string | undefined;
  /** Begin with a new state. */
  readonly fresh: boolean;
}

/**
 * The programs in `machine_logic`: for each pattern its versions, which never change, and one
 * document that says which of them is active.
 */
export class LogicStore {
  constructor(private readonly mongo: Pick<Mongo, 'machineLogic'>) {}

  /** A number that another one follows on each change. */
  async revision(): Promise<number> {
    const found = await this.logic.findOne({ _id: REVISION }, PROTOCOL_READ);
    return found?.kind === 'revision' ? found.revision : 0;
  }

  head(pattern: string): Promise<LogicHeadDocument | null> {
    return this.logic.findOne(
      { _id: pattern, kind: 'head' },
      PROTOCOL_READ,
    ) as Promise<LogicHeadDocument | null>;
  }

  /** The active ones, by pattern. */
  async heads(): Promise<LogicHeadDocument[]> {
    const all = await this.logic.find({ kind: 'head' }, PROTOCOL_READ).toArray();
    return (all as LogicHeadDocument[]).filter(({ version }) => version !== null);
  }

  version(pattern: string, version: number): Promise<LogicVersionDocument | null> {
    return this.logic.findOne(
      { _id: versionId(pattern, version) },
      PROTOCOL_READ,
    ) as Promise<LogicVersionDocument | null>;
  }

  /** The newest first, from below a version on. */
  async versions(
    pattern: string,
    below = Number.MAX_SAFE_INTEGER,
    limit = 100,
  ): Promise<LogicVersionDocument[]> {
    const found = await this.logic
      .find({ kind: 'version', pattern, version: { $lt: below } }, PROTOCOL_READ)
      .sort({ version: -1 })
      .limit(limit)
      .toArray();
    return found as LogicVersionDocument[];
  }

  /** The texts of the active programs that are not among those known already. */
  async programs(known: ReadonlyMap<string, ActiveProgram>): Promise<ActiveProgram[]> {
    const heads = await this.heads();
    const wanted = heads.filter((head) => !known.has(versionId(head._id, head.version!)));
    const texts = new Map<string, LogicVersionDocument>();
    for (let i = 0; i < wanted.length; i += 1000) {
      const ids = wanted.slice(i, i + 1000).map((head) => versionId(head._id, head.version!));
      const found = await this.logic.find({ _id: { $in: ids } }, PROTOCOL_READ).toArray();
      for (const one of found as LogicVersionDocument[]) texts.set(one._id, one);
    }
    return heads.flatMap((head) => {
      const id = versionId(head._id, head.version!);
      const freshId = head.fresh_id ?? undefined;
      const before = known.get(id);
      if (before) return [before.freshId === freshId ? before : { ...before, freshId }];
      const text = texts.get(id);
      return text ? [programOf(text, freshId)] : [];
    });
  }

  /** Adds a version and makes it the active one. @throws LogicConflict */
  async add({ pattern, logic, by, note, fresh }: NewLogic): Promise<LogicVersionDocument> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const [newest] = await this.versions(pattern, undefined, 1);
      const version = (newest?.version ?? 0) + 1;
      const document: LogicVersionDocument = {
        _id: versionId(pattern, version),
        kind: 'version',
        pattern,
        version,
        logic,
        sha256: keyOf(logic),
        created_at: new Date(),
        created_by: by,
        note: note ?? null,
      };
      try {
        await this.logic.insertOne(document);
      } catch (error) {
        if ((error as { code?: number }).code === DUPLICATE_KEY) continue;
        throw error;
      }
      await this.activate(pattern, version, by, fresh);
      return document;
    }
    throw new LogicConflict('others change this logic at the same time; try again');
  }

  /**
   * @param version null: the pattern has no logic any more
   * @throws LogicConflict
   */
  async activate(
    pattern: string,
    version: number | null,
    by: string,
    fresh = false,
  ): Promise<LogicHeadDocument> {
    const freshId = fresh ? freshIdOf(await this.change(), pattern) : undefined;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const before = await this.head(pattern);
      const revision = (before?.revision ?? 0) + 1;
      const { _id, ...set } = {
        _id: pattern,
        kind: 'head' as const,
        version,
        revision,
        fresh_id: freshId ?? before?.fresh_id ?? null,
        updated_at: new Date(),
        updated_by: by,
      };
      try {
        await this.logic.updateOne(
          { _id, revision: revision - 1 },
          { $set: set },
          { upsert: true },
        );
      } catch (error) {
        if ((error as { code?: number }).code === DUPLICATE_KEY) continue;
        throw error;
      }
      await this.change();
      return { _id, ...set };
    }
    throw new LogicConflict('others change this logic at the same time; try again');
  }

  /** Counts one more change. @returns how many there are by now, of all patterns */
  private async change(): Promise<number> {
    const counted = await this.logic.findOneAndUpdate(
      { _id: REVISION },
      { $set: { kind: 'revision' }, $inc: { revision: 1 } },
      { upsert: true, returnDocument: 'after' },
    );
    return (counted as LogicRevisionDocument).revision;
  }

  private get logic() {
    return this.mongo.machineLogic;
  }
}

const versionId = (pattern: string, version: number): string => `${pattern}/${version}`;

/** Programs of the same text share a virtual machine. */
export const keyOf = (logic: string): string => hash('sha256', logic, 'hex');

const programOf = (
  { pattern, version, logic, sha256 }: LogicVersionDocument,
  freshId: string | undefined,
): ActiveProgram => ({ pattern, version, text: logic, key: sha256, freshId });

/** Programs by the id of their version, as {@link LogicStore.programs} wants them. */
export const byVersion = (programs: Iterable<ActiveProgram>): Map<string, ActiveProgram> =>
  new Map([...programs].map((one) => [versionId(one.pattern, one.version), one]));
