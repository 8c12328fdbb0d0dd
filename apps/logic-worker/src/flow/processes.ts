import type { MachineOutcome, MachineRun, Program, Sandbox } from '@iot/sandbox';
import type { LogicMetrics } from '../metrics.js';
import type { Programs } from './runner.js';

/** The processes that run programs: a run goes to the one that has the fewest waiting. */
export class Processes implements Programs {
  private readonly busy: number[];

  constructor(
    private readonly sandboxes: readonly Sandbox[],
    private readonly metrics: Pick<LogicMetrics, 'runSeconds'>,
  ) {
    this.busy = sandboxes.map(() => 0);
  }

  async run(program: Program, machines: readonly MachineRun[]): Promise<MachineOutcome[]> {
    const which = this.busy.indexOf(Math.min(...this.busy));
    this.busy[which]!++;
    const startedAt = performance.now();
    try {
      return await this.sandboxes[which]!.run(program, machines);
    } finally {
      this.busy[which]!--;
      this.metrics.runSeconds.observe((performance.now() - startedAt) / 1000);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.sandboxes.map((sandbox) => sandbox.close()));
  }
}
