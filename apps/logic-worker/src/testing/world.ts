import type { ActiveProgram } from '@iot/logic';
import { ProgramTable } from '@iot/logic';
import type { MachineOutcome, MachineRun, Program } from '@iot/sandbox';
import type { Arrival } from '../core/arrival.js';
import { copyOf, newMachine, type Machine } from '../core/machine.js';
import type { Result } from '../core/result.js';
import { MachineTurns } from '../flow/machine-turns.js';
import { Runner } from '../flow/runner.js';
import type { MachineStore } from '../output/machine-store.js';

/** A generator of numbers in [0, 1), the same for the same seed. */
export function chance(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** What may be wrong with a world: each must be found. */
export type Bug =
  | 'no compare-and-set'
  | 'results acknowledged before they are there'
  | 'positions forgotten'
  | 'skips forgotten'
  | 'ids forgotten'
  | 'committed before dead letters are there'
  | 'state without its readings';

/** One reading in the log. */
export interface Logged {
  readonly machine: string;
  readonly at: string;
  readonly offset: number;
  readonly eventId: string;
  /** The first program fails at it. */
  readonly bad: boolean;
}

const PROGRAMS = [1, 2].map((version): ActiveProgram => ({
  pattern: '*',
  version,
  key: String(version),
  text: '',
  freshId: undefined,
}));
const NEVER = new Promise<never>(() => undefined);

/** Database, topics and log, which outlive the workers. */
export class World {
  readonly stored = new Map<string, Machine>();
  readonly published: Result[] = [];
  readonly deadLetters: Logged[] = [];
  readonly committed = new Map<string, number>();
  private unseen: Result[] = [];
  version = 1;

  constructor(
    readonly log: ReadonlyMap<string, readonly Logged[]>,
    readonly random: () => number,
    readonly bug?: Bug,
  ) {}

  happens(part: number): boolean {
    return this.random() < part;
  }

  publish(results: readonly Result[]): void {
    if (this.bug === 'results acknowledged before they are there') {
      this.published.push(...this.unseen);
      this.unseen = [...results];
    } else this.published.push(...results);
  }

  /** @returns whether it was written */
  write(machine: Machine): boolean {
    const there = this.stored.get(machine.id)?.version ?? 0;
    if (there !== machine.version && this.bug !== 'no compare-and-set') return false;
    const next = copyOf(machine);
    if (this.bug === 'positions forgotten' && this.happens(0.2)) next.positions.clear();
    if (this.bug === 'skips forgotten') next.skipped = [];
    if (this.bug === 'ids forgotten') next.recent = [];
    if (this.bug === 'state without its readings' && this.happens(0.1)) next.state = '[]';
    this.stored.set(machine.id, { ...next, version: there + 1 });
    return true;
  }

  crash(): void {
    this.unseen = [];
  }
}

/** A worker, which may end, or be cut off unaware, at any of its steps. */
export class Worker {
  private dead = false;
  private readonly cache = new Map<string, Machine>();
  private readonly runner: Runner;
  /** The version of the program that it knows of. */
  private known: number;

  constructor(private readonly world: World) {
    this.known = world.version;
    const counter = { inc: () => undefined };
    this.runner = new Runner(
      { run: (program, machines) => this.run(program, machines) },
      this.store(),
      { publish: (results) => this.publish(results) },
      new MachineTurns(),
      { failures: 3, windowMs: 100, firstMs: 50, longestMs: 200 },
      { readings: counter, results: counter, failed: counter, conflicts: counter } as never,
      () => this.now++,
    );
  }

  private now = 0;

  /** Ends at its next step. */
  kill(): void {
    this.dead = true;
    this.world.crash();
  }

  learn(): void {
    this.known = this.world.version;
  }

  /** The partitions were assigned anew. */
  forget(): void {
    this.cache.clear();
  }

  /** @returns readings that go to the dead letters @throws when the batch is to come again */
  async handle(readings: readonly Logged[], redriven: boolean): Promise<Logged[]> {
    const table = new ProgramTable([PROGRAMS[this.known - 1]!]);
    const failures = await this.runner.handle(
      readings.map((one) => arrivalOf(one, redriven)),
      table,
    );
    return failures.map(({ record }) => (record as unknown as { logged: Logged }).logged);
  }

  private async step(): Promise<void> {
    for (let i = Math.floor(this.world.random() * 4); i > 0; i--) await Promise.resolve();
    if (this.dead) await NEVER;
  }

  private async run(program: Program, machines: readonly MachineRun[]): Promise<MachineOutcome[]> {
    await this.step();
    return machines.map(({ state, readings }) => {
      const ids = JSON.parse(state === '{}' ? '[]' : state) as string[];
      const outcomes: MachineOutcome['readings'][number][] = [];
      for (const { data } of readings) {
        const { eventId, bad } = JSON.parse(data) as Logged;
        if (bad && program.key === '1') {
          outcomes.push({ results: undefined, error: { name: 'Error', message: '', stack: '' } });
          break;
        }
        ids.push(eventId);
        outcomes.push({ results: [JSON.stringify(eventId)], error: undefined });
      }
      return { readings: outcomes, state: JSON.stringify(ids) };
    });
  }

  private async publish(results: readonly Result[]): Promise<void> {
    await this.step();
    if (this.world.happens(0.05)) throw new Error('Kafka does not answer');
    this.world.publish(results);
    await this.step();
    if (this.world.happens(0.05)) throw new Error('no answer, and it was written');
  }

  private store(): MachineStore {
    return {
      load: async (ids) => {
        await this.step();
        for (const id of ids)
          if (!this.cache.has(id)) this.cache.set(id, this.world.stored.get(id) ?? newMachine(id));
        return new Map(ids.map((id) => [id, this.cache.get(id)!]));
      },
      save: async (machines) => {
        await this.step();
        const conflicts = new Set<string>();
        for (const machine of machines) {
          if (this.world.happens(0.03)) throw new Error('the database does not answer');
          if (this.world.write(machine))
            this.cache.set(machine.id, { ...machine, version: machine.version + 1 });
          else {
            this.cache.delete(machine.id);
            conflicts.add(machine.id);
          }
        }
        await this.step();
        if (this.world.happens(0.05)) throw new Error('no answer, and it was written');
        return conflicts;
      },
      forget: (ids) => {
        for (const id of ids) this.cache.delete(id);
      },
    };
  }
}

function arrivalOf(logged: Logged, redriven: boolean): Arrival {
  const { machine, at, offset, eventId } = logged;
  return {
    machine,
    at,
    offset,
    redriven,
    record: { key: Buffer.from(machine), receivedAtText: '0', logged } as never,
    reading: { eventId, ts: 0, input: { data: JSON.stringify(logged), receivedAt: offset } },
    failure: undefined,
  };
}
