import { faultsBeforeUse, tryProgram, type Fault, type TrialReading } from '@iot/logic';
import type { Program, Sandbox } from '@iot/sandbox';
import { ProblemError } from '@iot/service';
import type { Trial } from './machines.answers.js';

/** Trials that wait for the one at hand. */
const MOST_WAITING = 8;

/** Runs drafts on readings; nothing of it is kept. One process serves all, one after the other. */
export class Trials {
  private waiting = 0;

  /** @param makeSandbox called at the first trial: a process that nobody needs is not there */
  constructor(private readonly makeSandbox: () => Sandbox) {}

  private sandbox: Sandbox | undefined;

  /** What is wrong with a program. @throws ProblemError 429 */
  faults(text: string): Promise<Fault[]> {
    const inTurn = <T>(work: (sandbox: Sandbox) => Promise<T>): Promise<T> => this.inTurn(work);
    return faultsBeforeUse(text, {
      refusal: (program) => inTurn((sandbox) => sandbox.refusal(program)),
      run: (program, machines) => inTurn((sandbox) => sandbox.run(program, machines)),
    });
  }

  /** @throws ProblemError 429 when too many trials wait */
  run(
    program: Program,
    version: number,
    readings: readonly TrialReading[],
    state: string,
  ): Promise<Trial> {
    return this.inTurn((sandbox) => tryProgram(sandbox, program, version, readings, state));
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
