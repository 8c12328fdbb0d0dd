import type { MachineOutcome, MachineRun, Program, Sandbox } from '@iot/sandbox';
import { ProblemError } from '@iot/service';
import type { TrialReading } from './core/trial-data.js';
import type { Trial, TrialOutcome } from './machines.answers.js';

/** What a trial may take. */
const LONGEST_MS = 5000;
const MOST_ERRORS = 20;
const MOST_BYTES = 2 << 20;
/** Readings between two looks at the clock. */
const STEP = 25;
/** Trials that wait for the one at hand. */
const MOST_WAITING = 8;

/** Runs drafts on readings; nothing of it is kept. One process serves all, one after the other. */
export class Trials {
  private waiting = 0;

  /** @param makeSandbox called at the first trial: a process that nobody needs is not there */
  constructor(private readonly makeSandbox: () => Sandbox) {}

  private sandbox: Sandbox | undefined;

  /** What the engine says against a program, if anything. @throws ProblemError 429 */
  refusal(program: Program): Promise<string | undefined> {
    return this.inTurn((sandbox) => sandbox.refusal(program));
  }

  /** @throws ProblemError 429 when too many trials wait */
  run(
    program: Program,
    version: number,
    readings: readonly TrialReading[],
    state: string,
  ): Promise<Trial> {
    return this.inTurn((sandbox) => tried(sandbox, program, version, readings, state));
  }

  async close(): Promise<void> {
    await this.sandbox?.close();
  }

  private async inTurn<T>(work: (sandbox: Sandbox) => Promise<T>): Promise<T> {
    if (this.waiting >= MOST_WAITING)
      throw new ProblemError(429, 'Others try their programs; try again in a few seconds.');
    this.waiting++;
    try {
      return await work((this.sandbox ??= this.makeSandbox()));
    } finally {
      this.waiting--;
    }
  }
}

async function tried(
  sandbox: Sandbox,
  program: Program,
  version: number,
  readings: readonly TrialReading[],
  initial: string,
): Promise<Trial> {
  const startedAt = performance.now();
  const outcomes: TrialOutcome[] = [];
  let state = initial;
  let errors = 0;
  let bytes = 0;
  const goesOn = (): boolean =>
    outcomes.length < readings.length &&
    errors < MOST_ERRORS &&
    bytes < MOST_BYTES &&
    performance.now() - startedAt < LONGEST_MS;
  while (goesOn()) {
    const some = readings.slice(outcomes.length, outcomes.length + STEP);
    const run: MachineRun = {
      state,
      version,
      readings: some.map(({ data, receivedAt }) => ({ data: JSON.stringify(data), receivedAt })),
    };
    const [outcome] = await sandbox.run(program, [run], true);
    for (const [i, one] of outcome!.readings.entries()) {
      outcomes.push(outcomeOf(some[i]!, one, state));
      state = one.state ?? state;
      bytes += state.length + (one.results ?? []).reduce((sum, text) => sum + text.length, 0);
      if (one.error) errors++;
    }
  }
  return {
    readings: outcomes,
    state: JSON.parse(state) as unknown,
    complete: outcomes.length === readings.length,
    took_ms: Math.round(performance.now() - startedAt),
  };
}

const outcomeOf = (
  { eventId, ts }: TrialReading,
  { results, error, state, logs, micros }: MachineOutcome['readings'][number],
  before: string,
): TrialOutcome => ({
  event_id: eventId,
  ts: new Date(ts).toISOString(),
  state: JSON.parse(state ?? before) as unknown,
  results: (results ?? []).map((text) => JSON.parse(text) as unknown),
  logs: [...(logs ?? [])],
  error: error ?? null,
  took_us: micros ?? null,
});
