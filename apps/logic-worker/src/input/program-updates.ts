import { byVersion, ProgramTable, type LogicStore } from '@iot/logic';
import type { HealthCheck } from '@iot/health';
import { BackendUnavailable, Recurring } from '@iot/resilience';
import type { Logger } from '@iot/service';
import type { LogicMetrics } from '../metrics.js';

/** Everything is read anew after so long, should a change ever have been missed. */
const ALL_ANEW_MS = 60_000;

/**
 * The programs that are active, as the database had them a moment ago: it is asked for one small
 * document, and for programs when that has changed.
 */
export class ProgramUpdates implements HealthCheck {
  readonly name = 'programs';
  private current: ProgramTable | undefined;
  private known: ReturnType<typeof byVersion> = new Map();
  private revision = -1;
  private readAt = -Infinity;
  private readonly asking: Recurring;
  private trouble: string | undefined = 'the programs are not read yet';

  constructor(
    private readonly store: Pick<LogicStore, 'revision' | 'programs'>,
    pollMs: number,
    private readonly metrics: Pick<LogicMetrics, 'programs' | 'programsReadAt'>,
    log: Logger,
  ) {
    this.asking = new Recurring(
      () => this.read(),
      pollMs,
      ({ message: error }) => log.warn({ error }, 'cannot read the programs of machines'),
    );
  }

  start(): void {
    this.asking.now();
    this.asking.start();
  }

  stop(): Promise<void> {
    return this.asking.stop();
  }

  check(): void {
    if (this.trouble) throw new Error(this.trouble);
  }

  /** @throws BackendUnavailable before they were read for the first time */
  table(): ProgramTable {
    if (!this.current) throw new BackendUnavailable('machine_logic', this.trouble);
    return this.current;
  }

  private async read(): Promise<void> {
    try {
      const revision = await this.store.revision();
      const now = performance.now();
      if (revision !== this.revision || now - this.readAt > ALL_ANEW_MS) {
        const programs = await this.store.programs(this.known);
        this.known = byVersion(programs);
        this.current = new ProgramTable(programs);
        this.revision = revision;
        this.readAt = now;
        this.metrics.programs.set(programs.length);
      }
      this.metrics.programsReadAt.set(Date.now() / 1000);
      this.trouble = undefined;
    } catch (error) {
      this.trouble = `cannot read the programs: ${(error as Error).message}`;
      throw error;
    }
  }
}
