import { Backoff, type BackoffOptions, DEFAULT_BACKOFF } from './backoff.js';
import { type ManagedProcess, type ProcessExit, describeExit } from './managed-process.js';

export interface SupervisorOptions {
  /** Where the one line about a death goes; default standard error. */
  say?: (line: string) => void;
  backoff?: BackoffOptions;
}

/** Starts a process again when it dies, as an orchestrator would: after a wait that grows while it keeps dying, with one line that says so. */
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
        if (!this.stopped) restartLater(death ?? { pid: 0, code: null, signal: null, expected: false });
      } finally {
        child.off('exit', remember);
        starting = false;
      }
    };

    child.on('exit', (exit) => {
      if (!exit.expected && !starting && !this.stopped) restartLater(exit);
    });
  }

  /** Ends the watch, then stops every process, all at the same time. */
  async stop(): Promise<void> {
    this.stopped = true;
    for (const timer of this.waiting) clearTimeout(timer);
    this.waiting.clear();
    await Promise.all([...this.owned].map((child) => child.stop()));
  }
}

/** The line about a death, such as "kafka (pid 4711) died: SIGKILL; starting it again in 0.25 s". */
export function deathLine(name: string, exit: Pick<ProcessExit, 'pid' | 'code' | 'signal'>, waitMs: number): string {
  const who = exit.pid === 0 ? name : `${name} (pid ${exit.pid})`;
  return `${who} died: ${describeExit(exit)}; starting it again in ${waitMs / 1000} s`;
}
