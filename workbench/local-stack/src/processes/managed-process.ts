import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { type WriteStream, createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { clearLeftover, removePidFile, writePidFile } from './pid-file.js';

const READY_POLL_MS = 40;
const LINES_KEPT = 200;
const LINES_IN_ERROR = 12;
/** Characters of a line that are kept. */
const LONGEST_KEPT = 4000;

/** What to run and how to tell that it is ready. */
export interface ProcessSpec {
  /** Used in messages. */
  name: string;
  command: string;
  args: readonly string[];
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** Output is appended here. */
  logFile?: string;
  /** Remembers the process in its data folder, to find one that was left behind. */
  pidFile?: string;
  /** Asked again and again until it says yes. */
  isReady: () => Promise<boolean>;
  /** Whether it still answers, once it was ready. A process that waits for another one is alive. */
  isAlive?: () => Promise<boolean>;
  /** Time to get ready; default 60,000 ms. */
  startTimeoutMs?: number;
  /** Time from SIGTERM to SIGKILL; default 15,000 ms. */
  stopGraceMs?: number;
}

/** How a process ended. */
export interface ProcessExit {
  pid: number;
  code: number | null;
  signal: NodeJS.Signals | null;
  /** False when it ended without stop() having been called. */
  expected: boolean;
}

interface Events {
  line: [string];
  exit: [ProcessExit];
}

/**
 * A child process that can be started, stopped, killed and started again under the same
 * specification. Emits `line` for each line of output and `exit`.
 */
export class ManagedProcess extends EventEmitter<Events> {
  private child: ChildProcess | undefined;
  private ended: Promise<ProcessExit> | undefined;
  private stopping = false;
  private readonly recent: string[] = [];

  constructor(readonly spec: ProcessSpec) {
    super();
  }

  get name(): string {
    return this.spec.name;
  }

  /** The process id, or 0 while it does not run. */
  get pid(): number {
    return this.child?.pid ?? 0;
  }

  get running(): boolean {
    return this.child !== undefined;
  }

  /** The last lines of its output, the newest last. */
  get output(): readonly string[] {
    return this.recent;
  }

  /**
   * Starts it and waits until it is ready. Throws with its last lines when it ends first or is not
   * ready in time.
   */
  async start(): Promise<void> {
    if (this.child) throw new Error(`${this.name} runs already (pid ${this.pid}).`);
    this.recent.length = 0;
    this.stopping = false;
    if (this.spec.pidFile) await clearLeftover(this.spec.pidFile);
    // stop() may have been called meanwhile, when there was no process yet that it could have
    // stopped.
    if (this.wasStopped()) throw new Error(`${this.name} was stopped before it started.`);
    const ended = this.spawnChild();
    try {
      await this.waitUntilReady(ended);
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /**
   * SIGTERM, and SIGKILL after the grace time. Resolves when it is gone; nothing to do when it does
   * not run.
   */
  async stop(): Promise<void> {
    const { child, ended } = this;
    this.stopping = true;
    if (!child || !ended) return;
    child.kill('SIGTERM');
    child.kill('SIGCONT'); // One that was stopped with SIGSTOP would never see the SIGTERM.
    const timer = setTimeout(() => child.kill('SIGKILL'), this.spec.stopGraceMs ?? 15_000);
    await ended;
    clearTimeout(timer);
  }

  /**
   * SIGKILL, as a crash. Supervised processes are started again after it. Resolves when it is gone.
   */
  async kill(): Promise<void> {
    const ended = this.ended;
    this.child?.kill('SIGKILL');
    await ended;
  }

  /** Stops it when it runs, then starts it with the same arguments: same port, same data. */
  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** Sends any signal, such as SIGSTOP and SIGCONT. */
  signal(signal: NodeJS.Signals): void {
    this.child?.kill(signal);
  }

  private wasStopped(): boolean {
    return this.stopping;
  }

  private spawnChild(): Promise<ProcessExit> {
    const { command, args, env, cwd, pidFile } = this.spec;
    const child = spawn(command, args, {
      env: env ?? process.env,
      // Standard input stays an open pipe that says nothing: the child sees its end when this
      // process is gone, however that happened.
      stdio: ['pipe', 'pipe', 'pipe'],
      // In a group of its own: Ctrl-C must reach us alone, or the broker would go at the same
      // moment as those who still have work to finish.
      detached: true,
      ...(cwd === undefined ? {} : { cwd }),
    });
    const pid = child.pid ?? 0;
    child.stdin?.on('error', () => undefined);
    this.child = child;
    this.collectOutput(child);
    if (pidFile && pid) writePidFile(pidFile, pid);
    this.ended = new Promise((resolve) => {
      const onEnd = (code: number | null, signal: NodeJS.Signals | null): void => {
        this.child = undefined;
        if (pidFile) removePidFile(pidFile);
        const exit = { pid, code, signal, expected: this.stopping };
        resolve(exit);
        this.emit('exit', exit);
      };
      child.once('exit', onEnd);
      child.once('error', (error) => {
        if (child.pid !== undefined) return; // A signal that could not be delivered; the process itself is there.
        this.keep(`${command}: ${error.message}`);
        onEnd(null, null);
      });
    });
    return this.ended;
  }

  private collectOutput(child: ChildProcess): void {
    let log: WriteStream | undefined;
    if (this.spec.logFile) {
      mkdirSync(dirname(this.spec.logFile), { recursive: true });
      log = createWriteStream(this.spec.logFile, { flags: 'a' });
      void once(child, 'close').then(() => log?.end());
    }
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on('line', (line) => {
        log?.write(line + '\n');
        this.keep(line);
        this.emit('line', line);
      });
    }
  }

  private keep(line: string): void {
    this.recent.push(line.slice(0, LONGEST_KEPT));
    if (this.recent.length > LINES_KEPT) this.recent.shift();
  }

  private async waitUntilReady(ended: Promise<ProcessExit>): Promise<void> {
    const timeoutMs = this.spec.startTimeoutMs ?? 60_000;
    const deadline = Date.now() + timeoutMs;
    let exit: ProcessExit | undefined;
    void ended.then((how) => (exit = how));
    while (!(await this.spec.isReady())) {
      if (exit)
        throw new Error(
          `${this.name} ended while it started (${describeExit(exit)}).${this.lastLines()}`,
        );
      if (Date.now() > deadline)
        throw new Error(
          `${this.name} was not ready after ${timeoutMs / 1000} s.${this.lastLines()}`,
        );
      await sleep(READY_POLL_MS);
    }
    // What answered may have been another process on the same port, while ours failed to take it.
    if (exit)
      throw new Error(
        `${this.name} ended while it started (${describeExit(exit)}).${this.lastLines()}`,
      );
  }

  private lastLines(): string {
    const lines = this.recent.slice(-LINES_IN_ERROR);
    return lines.length === 0 ? '' : '\n  ' + lines.join('\n  ');
  }
}

/** "exit code 1" or "SIGKILL". */
export function describeExit(exit: Pick<ProcessExit, 'code' | 'signal'>): string {
  return exit.signal ?? (exit.code === null ? 'could not be started' : `exit code ${exit.code}`);
}
