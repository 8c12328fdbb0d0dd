import { keyOf, LogicStore, storedReading, type TrialReading } from '@iot/logic';
import type { LogicHeadDocument, LogicVersionDocument, Mongo } from '@iot/mongo';
import { ProblemError } from '@iot/service';
import type { Program } from '@iot/sandbox';
import { patternsOf } from './core/patterns.js';
import {
  machineAnswer,
  summaryOf,
  type MachineAnswer,
  type MachineSummaries,
} from './machines.answers.js';
import type { MachinesQuery } from './machines.bodies.js';

/** A version, and which of its pattern's is active. */
export interface Found {
  readonly version: LogicVersionDocument;
  readonly head: LogicHeadDocument;
}

/** Reads machines, their programs and their stored readings. */
export class MachinesReader {
  readonly logic: LogicStore;

  constructor(
    private readonly mongo: Mongo,
    private readonly timeoutMs: number,
  ) {
    this.logic = new LogicStore(mongo);
  }

  /** Machines by id. @param now epoch ms */
  async machines(
    { limit = 100, cursor, held }: MachinesQuery,
    now: number,
  ): Promise<MachineSummaries> {
    const filter = {
      ...(cursor !== undefined && { _id: { $gt: cursor } }),
      ...(held === 'true' && { 'held.until': { $gt: new Date(now) } }),
      ...(held === 'false' && { 'held.until': { $not: { $gt: new Date(now) } } }),
    };
    const found = await this.mongo.machineStates
      .find(filter, { maxTimeMS: this.timeoutMs, projection: { state: 0, skipped: 0 } })
      .sort({ _id: 1 })
      .limit(limit + 1)
      .toArray();
    const page = found.slice(0, limit);
    const data = page.map((machine) => summaryOf(machine, now));
    return { data, next_cursor: found.length > limit ? page.at(-1)!._id : null };
  }

  /** @throws ProblemError 404 */
  async machine(id: string, now: number): Promise<MachineAnswer> {
    const found = await this.mongo.machineStates.findOne({ _id: id });
    if (!found) throw new ProblemError(404, `No program has run for the machine ${id}.`);
    return machineAnswer(found, now);
  }

  async stateOf(id: string): Promise<string> {
    return (await this.mongo.machineStates.findOne({ _id: id }))?.state ?? '{}';
  }

  /**
   * The program of a machine, which may be that of a pattern; of a pattern, its own.
   * @throws ProblemError 404
   */
  async active(id: string): Promise<Found> {
    const patterns = id.endsWith('*') ? [id] : patternsOf(id);
    const heads = await this.mongo.machineLogic
      .find({ _id: { $in: patterns }, kind: 'head', version: { $ne: null } })
      .toArray();
    const byId = new Map((heads as LogicHeadDocument[]).map((head) => [head._id, head]));
    const pattern = patterns.find((one) => byId.has(one));
    if (pattern === undefined) throw new ProblemError(404, `${id} has no logic.`);
    const head = byId.get(pattern)!;
    return { head, version: await this.version(pattern, head.version!) };
  }

  /** @throws ProblemError 404 */
  async version(pattern: string, version: number): Promise<LogicVersionDocument> {
    const found = await this.logic.version(pattern, version);
    if (!found) throw new ProblemError(404, `${pattern} has no version ${version} of its logic.`);
    return found;
  }

  /** Stored readings of a machine, in the order in which they arrived. Times are epoch ms. */
  async readings(id: string, from: number, to: number, limit: number): Promise<TrialReading[]> {
    const found = await this.mongo.raw
      .find(
        { device_id: id, ts: { $gte: new Date(from), $lt: new Date(to) } },
        { maxTimeMS: this.timeoutMs },
      )
      .sort({ ts: -1 })
      .limit(limit)
      .toArray();
    return found.map(storedReading).toSorted((a, b) => a.receivedAt - b.receivedAt || a.ts - b.ts);
  }
}

export const programOf = (logic: string): Program => ({ key: keyOf(logic), text: logic });
