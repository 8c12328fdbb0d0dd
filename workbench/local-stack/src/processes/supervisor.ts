import { Backoff, type BackoffOptions, DEFAULT_BACKOFF } from './backoff.js';
import { DEFAULT_HEALTH, HealthWatch, type HealthOptions } from './health-watch.js';
import { type ManagedProcess, type ProcessExit, describeExit } from './managed-process.js';

export interface SupervisorOptions {
  /** Where the one line about a death goes; default standard error. */
  say?: (line: string) => void;
  backoff?: BackoffOptions;
  health?: HealthOptions;
}

/**
 * Starts a process again when it dies, as an orchestrator would: after a wait that grows while it
 * keeps dying, with one line that says so. One that lives and does not answer any more is ended,
 * and so started again.
 */
export class Supervisor {
  private readonly waiting = new Set<NodeJS.Timeout>();
  private readonly owned = new Set<ManagedProcess>();
  private stopped = false;
  private readonly say: (line: string) => void;

  constructor(private readonly options: SupervisorOptions = {}) {
    this.say = options.say ?? ((line) => console.error(line));
  }

  /** Takes the duty to stop this process, also while it is only being started. */
  own(child: ManagedProcess): void {
    this.owned.add(child);
  }

  /** Watches a process that has been started. */
  watch(child: ManagedProcess): void {
    const backoff = new Backoff(this.options.backoff ?? DEFAULT_BACKOFF);
    let readySince = Date.now();
    let starting = false;
    this.own(child);

    const restartLater = (exit: ProcessExit): void => {
      const wait = backoff.next(readySince === 0 ? 0 : Date.now() - readySince);
      readySince = 0;
      this.say(deathLine(child.name, exit, wait));
      const timer = setTimeout(() => {
        this.waiting.delete(timer);
        void startAgain();
      }, wait);
      this.waiting.add(timer);
    };

    const startAgain = async (): Promise<void> => {
      if (this.stopped || child.running) return;
      let death: ProcessExit | undefined;
      const remember = (exit: ProcessExit): void => void (death = exit);
      starting = true;
      child.once('exit', remember);
      try {
        await child.start();
        readySince = Date.now();
      } catch {
        if (!this.stopped)
          restartLater(death ?? { pid: 0, code: null, signal: null, expected: false });
      } finally {
        child.off('exit', remember);
        starting = false;
      }
    };

    this.askAgain(child, () => !starting);
    child.on('exit', (exit) => {
      if (!exit.expected && !starting && !this.stopped) restartLater(exit);
    });
  }

  /** Asks a process that runs whether it answers, for as long as it is watched. */
  private askAgain(child: ManagedProcess, ready: () => boolean): void {
    const { isAlive } = child.spec;
    if (!isAlive) return;
    const health = this.options.health ?? DEFAULT_HEALTH;
    let watch: { readonly pid: number; readonly health: HealthWatch } | undefined;
    const ask = async (): Promise<void> => {
      const { pid } = child;
      if (pid === 0 || !ready()) watch = undefined;
      else {
        if (watch?.pid !== pid) watch = { pid, health: new HealthWatch(health, performance.now()) };
        const answered = await isAlive();
        if (this.stopped) return;
        if (watch.health.hung(answered, performance.now()) && child.pid === pid) {
          this.say(
            `${child.name} (pid ${pid}) lives but has not answered for ${health.silentMs / 1000} s; ending it`,
          );
          await child.kill();
        }
      }
      later();
    };
    const later = (): void => {
      if (this.stopped) return;
      const timer = setTimeout(() => {
        this.waiting.delete(timer);
        void ask();
      }, health.everyMs);
      this.waiting.add(timer);
    };
    later();
  }

  /** Ends the watch, then stops every process, all at the same time. */
  async stop(): Promise<void> {
    this.stopped = true;
    for (const timer of this.waiting) clearTimeout(timer);
    this.waiting.clear();
    await Promise.all([...this.owned].map((child) => child.stop()));
  }
}

/**
 * The line about a death, such as "kafka (pid 4711) died: SIGKILL; starting it again in 0.25 s".
 */
export function deathLine(
  name: string,
  exit: Pick<ProcessExit, 'pid' | 'code' | 'signal'>,
  waitMs: number,
): string {
  const who = exit.pid === 0 ? name : `${name} (pid ${exit.pid})`;
  return `${who} died: ${describeExit(exit)}; starting it again in ${waitMs / 1000} s`;
}
