import type { RecordFailure } from '@iot/kafka';
import type { ActiveProgram, ProgramTable } from '@iot/logic';
import { BackendUnavailable } from '@iot/resilience';
import { SANDBOX_ERRORS, type MachineOutcome, type MachineRun, type Program } from '@iot/sandbox';
import { fail, passCopy, putUnder, skip, take } from '../core/apply.js';
import { verdictOf, type Arrival } from '../core/arrival.js';
import { isHeld, type HoldRules } from '../core/holds.js';
import { copyOf, type Machine } from '../core/machine.js';
import { COSTLY, ProgramHolds } from '../core/program-holds.js';
import { resultsOf, type Result } from '../core/result.js';
import type { LogicMetrics } from '../metrics.js';
import type { MachineStore } from '../output/machine-store.js';
import type { Results } from '../output/results-topic.js';
import type { MachineTurns } from './machine-turns.js';

/** Runs programs, as the sandbox does. */
export interface Programs {
  run(program: Program, machines: readonly MachineRun[]): Promise<MachineOutcome[]>;
}
export type RunnerMetrics = Pick<LogicMetrics, 'readings' | 'results' | 'failed' | 'conflicts'>;

/** How many times a batch meets states that somebody else wrote before it waits. */
const ATTEMPTS = 3;

/** The machine, its program, and those of its readings that are to be run, in their order. */
interface Work {
  readonly machine: Machine;
  readonly program: ActiveProgram;
  waiting: readonly Arrival[];
  /** Those among them that are not to be run, as their device sent them before. */
  readonly copies: ReadonlySet<Arrival>;
  changed: boolean;
}

/** What a batch has come to so far. */
interface Progress {
  readonly results: Result[];
  readonly failures: RecordFailure[];
}

/**
 * Runs the readings of a batch through the programs of their machines, in an order that makes a
 * machine's state what its readings make of it, each once, whatever ends in between: states are
 * read, or held from the last write; programs run; results are published; then states are written,
 * each where nobody else has; the offset is committed last, by the consumer.
 *
 * A batch that comes again finds in the state how far it is. What is not in the state runs again,
 * and gives the same results under the same ids.
 */
export class Runner {
  private readonly holds: ProgramHolds;

  constructor(
    private readonly programs: Programs,
    private readonly store: MachineStore,
    private readonly results: Results,
    private readonly turns: MachineTurns,
    private readonly rules: HoldRules,
    private readonly metrics: RunnerMetrics,
    private readonly now: () => number = Date.now,
  ) {
    this.holds = new ProgramHolds(rules);
  }

  /**
   * @returns what goes to the dead letters
   * @throws BackendUnavailable when the batch is to come again
   */
  async handle(arrivals: readonly Arrival[], table: ProgramTable): Promise<RecordFailure[]> {
    if (arrivals.length === 0) return [];
    let byMachine = Map.groupBy(arrivals, ({ machine }) => machine);
    const release = await this.turns.take(byMachine.keys());
    // Whether a redriven reading is in the state is asked of the database: what is held in memory
    // may be from before another worker set it aside.
    for (const { machine, redriven } of arrivals) if (redriven) this.store.forget([machine]);
    try {
      const failures: RecordFailure[] = [];
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const { conflicts, progress } = await this.attempt(byMachine, table);
        for (const failure of progress.failures)
          if (!conflicts.has(failure.record.key!.toString())) failures.push(failure);
        if (conflicts.size === 0) return failures;
        this.metrics.conflicts.inc(conflicts.size);
        byMachine = new Map([...byMachine].filter(([id]) => conflicts.has(id)));
      }
      throw new BackendUnavailable('machine_states', new Error('others write the same states'));
    } catch (error) {
      // What was written is not known: the database is asked again.
      this.store.forget(byMachine.keys());
      throw error instanceof BackendUnavailable ? error : new BackendUnavailable('logic', error);
    } finally {
      release();
    }
  }

  private async attempt(
    byMachine: ReadonlyMap<string, readonly Arrival[]>,
    table: ProgramTable,
  ): Promise<{ conflicts: ReadonlySet<string>; progress: Progress }> {
    const machines = await this.store.load([...byMachine.keys()]);
    const progress: Progress = { results: [], failures: [] };
    const works: Work[] = [];
    for (const [id, arrivals] of byMachine) {
      const program = table.of(id);
      if (!program) continue;
      const machine = copyOf(machines.get(id)!);
      const { waiting, copies } = this.sift(machine, arrivals, progress);
      if (waiting.length === 0) continue;
      putUnder(machine, program, table.latestFresh);
      works.push({ machine, program, waiting, copies, changed: false });
    }
    for (let round = works; round.length > 0;) round = await this.run(round, progress);
    await this.results.publish(progress.results);
    this.metrics.results.inc(progress.results.length);
    const changed = works.filter(({ changed }) => changed).map(({ machine }) => machine);
    return { conflicts: await this.store.save(changed), progress };
  }

  /** Takes out of a machine's readings those that it is beyond, and tells copies. */
  private sift(
    machine: Machine,
    arrivals: readonly Arrival[],
    progress: Progress,
  ): Pick<Work, 'waiting' | 'copies'> {
    const copies = new Set<Arrival>();
    const ids = new Set<string>();
    const waiting = arrivals.filter((arrival) => {
      const { redriven, at, offset, reading } = arrival;
      let verdict = verdictOf(arrival, machine);
      if (verdict === 'run' && arrivals.length > 1) {
        // A reading may be sent back twice, and a device may send one twice, at once.
        const once = redriven ? `${at}/${offset}` : reading?.eventId;
        if (once !== undefined && ids.has(once)) verdict = redriven ? 'seen' : 'copy';
        else if (once !== undefined) ids.add(once);
      }
      if (verdict === 'run') return true;
      this.metrics.readings.inc({ outcome: verdict });
      if (verdict === 'copy') copies.add(arrival);
      if (verdict === 'again')
        progress.failures.push(
          failureOf(arrival, 'again', 'it was set aside before, and not for certain'),
        );
      return verdict === 'copy';
    });
    return { waiting, copies };
  }

  /** Each machine's readings up to the first that fails. @returns those that have more */
  private async run(works: readonly Work[], progress: Progress): Promise<Work[]> {
    const now = this.now();
    for (const work of works) this.skipWhatCannotRun(work, progress, now);
    const able = works.filter(({ waiting }) => waiting.length > 0);
    for (const [key, some] of Map.groupBy(able, ({ program }) => program.key))
      // Those that are left when it is held are passed over in the next round.
      for (let from = 0; from < some.length && !this.holds.heldUntil(key, now);) {
        const piece = this.holds.isDoubtful(key) ? some.slice(from, from + 1) : some.slice(from);
        await this.runPiece(piece, progress, now);
        from += piece.length;
      }
    return able.filter(({ waiting }) => waiting.length > 0);
  }

  private async runPiece(some: readonly Work[], progress: Progress, now: number): Promise<void> {
    const runs = some.map(({ machine, waiting, copies }): MachineRun => ({
      state: machine.state,
      version: machine.logicVersion,
      readings: inputsOf(waiting, copies),
    }));
    const outcomes = await this.programs.run(some[0]!.program, runs);
    for (let i = 0; i < some.length; i++) this.apply(some[i]!, outcomes[i]!, progress, now);
  }

  /** What stands at the head of a machine's readings and is not for its program. */
  private skipWhatCannotRun(work: Work, progress: Progress, now: number): void {
    const { pattern, version, key } = work.program;
    let held = isHeld(work.machine.held, { pattern, version }, now);
    const until = held ? undefined : this.holds.heldUntil(key, now);
    if (until !== undefined) {
      const span = { since: new Date(now), until: new Date(until) };
      work.machine.held = { ...span, times: 1, pattern, version };
      held = true;
    }
    let i = 0;
    for (; i < work.waiting.length; i++) {
      const arrival = work.waiting[i]!;
      if (work.copies.has(arrival)) {
        passCopy(work.machine, arrival);
        work.changed = true;
        continue;
      }
      if (!held && arrival.reading) break;
      skip(work.machine, arrival);
      work.changed = true;
      progress.failures.push(
        arrival.failure
          ? { record: arrival.record, ...arrival.failure, permanent: true }
          : failureOf(arrival, 'held', `the program of ${arrival.machine} is held`),
      );
      this.metrics.readings.inc({ outcome: arrival.failure ? 'undecodable' : 'held' });
    }
    if (i > 0) work.waiting = work.waiting.slice(i);
  }

  private apply(
    work: Work,
    { readings, state }: MachineOutcome,
    progress: Progress,
    now: number,
  ): void {
    const { machine, waiting } = work;
    work.changed = true;
    machine.state = state;
    for (let i = 0; i < readings.length; i++) {
      const { results, error, micros } = readings[i]!;
      const arrival = waiting[i]!;
      if (error) {
        fail(machine, arrival, error, this.rules, now);
        progress.failures.push(failureOf(arrival, error.name, `${error.name}: ${error.message}`));
        this.metrics.failed.inc({ reason: reasonOf(error.name) });
        this.metrics.readings.inc({ outcome: 'failed' });
        continue;
      }
      for (const result of resultsOf(machine, arrival, results!)) progress.results.push(result);
      take(machine, arrival, results!.length, micros);
    }
    const { error } = readings.at(-1) ?? {};
    const { key } = work.program;
    if (error && COSTLY.has(error.name)) this.holds.hung(key, machine.id, now);
    else this.holds.ended(key);
    const failed = error ? 1 : 0;
    this.metrics.readings.inc({ outcome: 'run' }, readings.length - failed);
    work.waiting = waiting.slice(readings.length);
  }
}

/** The readings before the first that is not to be run. */
function inputsOf(waiting: readonly Arrival[], copies: ReadonlySet<Arrival>) {
  const end = waiting.findIndex((one) => !one.reading || copies.has(one));
  return (end < 0 ? waiting : waiting.slice(0, end)).map(({ reading }) => reading!.input);
}

/** Failures that the sandbox names; what a program throws may have any name. */
const REASONS: ReadonlySet<string> = new Set(SANDBOX_ERRORS);

export const reasonOf = (name: string): string => (REASONS.has(name) ? name : 'ProgramError');

const failureOf = ({ record }: Arrival, reason: string, message: string): RecordFailure => ({
  record,
  stage: 'run',
  reason: wordOf(reason),
  message,
  permanent: true,
});

const wordOf = (reason: string): string =>
  reason === 'held' || reason === 'again' ? reason : reasonOf(reason);
