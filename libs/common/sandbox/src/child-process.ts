import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodeFrame, FrameReader, type Frame } from './frames.js';
import type { Isolation } from './isolation.js';
import type { SandboxLimits } from './limits.js';

const MAIN = fileURLToPath(new URL('../dist/child/main.js', import.meta.url));
const PACKAGE = dirname(fileURLToPath(new URL('../package.json', import.meta.url)));
const WASM = createRequire(import.meta.url).resolve('quickjs-wasi/quickjs.wasm');
const START_MS = 60_000;
/** How many times the watchdog's time a child may take that has not been given the CPU. */
const STARVED = 10;

/** Why a child gave no answer. */
export type Death = 'stuck' | 'ended';

interface Waiting {
  resolve(answer: Frame | Death): void;
  readonly timer: NodeJS.Timeout;
}

/** One child process, which answers one request at a time, and is killed when it does not. */
export class Child {
  private readonly process: ChildProcess;
  private readonly reader = new FrameReader();
  private waiting: Waiting | undefined;
  private death: Death | undefined;
  private heardAt = performance.now();
  private cpuAt: number | undefined;
  readonly ready: Promise<boolean>;
  readonly ended: Promise<void>;

  constructor(
    private readonly limits: SandboxLimits,
    { before }: Isolation,
  ) {
    const node = [
      process.execPath,
      '--permission',
      `--allow-fs-read=${PACKAGE}`,
      `--allow-fs-read=${WASM}`,
      '--disallow-code-generation-from-strings',
      '--disable-proto=throw',
      `--max-old-space-size=${limits.heapMb}`,
      MAIN,
      WASM,
      JSON.stringify(limits),
    ];
    const [command, ...args] = [...before, ...node];
    this.process = spawn(command!, args, { env: {}, cwd: '/', stdio: ['pipe', 'pipe', 'ignore'] });
    this.process.stdin!.on('error', () => undefined);
    this.process.stdout!.on('data', (chunk: Buffer) => this.heard(chunk));
    this.ended = new Promise((resolve) => {
      const end = (): void => {
        this.settle((this.death ??= 'ended'));
        resolve();
      };
      this.process.once('exit', end);
      this.process.once('error', end);
    });
    this.ready = this.wait(START_MS).then((answer) => typeof answer === 'object');
  }

  get pid(): number | undefined {
    return this.process.pid;
  }

  get isDead(): boolean {
    return this.death !== undefined;
  }

  ask(header: object, body?: string): Promise<Frame | Death> {
    if (this.death) return Promise.resolve(this.death);
    this.process.stdin!.write(encodeFrame(header, body));
    return this.wait(this.limits.watchdogMs);
  }

  kill(as: Death): void {
    this.death ??= as;
    this.process.kill('SIGKILL');
  }

  private wait(ms: number): Promise<Frame | Death> {
    this.heardAt = performance.now();
    this.cpuAt = cpuMsOf(this.pid);
    return new Promise((resolve) => {
      const timer = setInterval(() => this.watch(ms), Math.max(10, ms / 10));
      this.waiting = { resolve, timer };
    });
  }

  /** On a busy machine a child may be late without fault: what counts is the CPU that it had. */
  private watch(ms: number): void {
    const silent = performance.now() - this.heardAt;
    if (silent < ms) return;
    const cpu = cpuMsOf(this.pid);
    const starved = cpu !== undefined && this.cpuAt !== undefined && cpu - this.cpuAt < ms / 2;
    if (!starved || silent > ms * STARVED) this.kill('stuck');
  }

  private heard(chunk: Buffer): void {
    this.heardAt = performance.now();
    this.cpuAt = cpuMsOf(this.pid);
    try {
      for (const frame of this.reader.push(chunk)) if (frame) this.settle(frame);
    } catch {
      this.kill('ended');
    }
  }

  private settle(answer: Frame | Death): void {
    const { waiting } = this;
    if (!waiting) return;
    clearInterval(waiting.timer);
    this.waiting = undefined;
    waiting.resolve(answer);
  }
}

/** The CPU time of a process so far, ms; undefined where the system does not say. */
function cpuMsOf(pid: number | undefined): number | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return undefined;
  }
}
