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
/** To load a program may take as long as so many readings. */
const LOAD_READINGS = 10;

/** Why a child gave no answer that can be used. */
export type Death = 'stuck' | 'ended' | 'unreadable';

/** An answer's text is made in a virtual machine, and may be larger in UTF-8; and the times. */
const answerBytes = ({ memoryBytes }: SandboxLimits): number => 2 * memoryBytes + (1 << 20);

interface Waiting {
  resolve(answer: Frame | Death): void;
  readonly timer: NodeJS.Timeout;
  /** How long the child may be silent, and how long it may take in all, ms. */
  readonly silentMs: number;
  readonly wholeMs: number;
  readonly since: number;
  readonly cpuSince: number | undefined;
}

/** One child process, which answers one request at a time, and is killed when it does not. */
export class Child {
  private readonly process: ChildProcess;
  private readonly reader: FrameReader;
  private waiting: Waiting | undefined;
  private asked = 0;
  death: Death | undefined;
  private heardAt = performance.now();
  private cpuAt: number | undefined;
  readonly ready: Promise<boolean>;
  readonly ended: Promise<void>;

  constructor(
    private readonly limits: SandboxLimits,
    { before }: Isolation,
  ) {
    this.reader = new FrameReader(answerBytes(limits));
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

  /** @param readings how many are in it: what the child may take depends on them */
  ask(header: object, body?: string, readings = LOAD_READINGS): Promise<Frame | Death> {
    if (this.death) return Promise.resolve(this.death);
    const { watchdogMs, cpuMs } = this.limits;
    this.process.stdin!.write(encodeFrame({ ...header, id: ++this.asked }, body));
    return this.wait(watchdogMs, watchdogMs + 4 * cpuMs * readings);
  }

  kill(as: Death): void {
    this.death ??= as;
    this.process.kill('SIGKILL');
  }

  private wait(silentMs: number, wholeMs = silentMs): Promise<Frame | Death> {
    this.heardAt = performance.now();
    this.cpuAt = cpuMsOf(this.pid);
    return new Promise((resolve) => {
      const timer = setInterval(() => this.watch(), Math.max(10, silentMs / 10));
      const { heardAt: since, cpuAt: cpuSince } = this;
      this.waiting = { resolve, timer, silentMs, wholeMs, since, cpuSince };
    });
  }

  /**
   * On a busy machine a child may be late without fault: what counts is the CPU that it had. One
   * that says for ever that it is at work is stuck too.
   */
  private watch(): void {
    const { silentMs, wholeMs, since, cpuSince } = this.waiting!;
    const now = performance.now();
    const silent = now - this.heardAt;
    if (silent < silentMs && now - since < wholeMs) return;
    const cpu = cpuMsOf(this.pid);
    const isOver = (ms: number, allowed: number, cpuBefore: number | undefined): boolean =>
      ms >= allowed &&
      (ms > allowed * STARVED ||
        cpu === undefined ||
        cpuBefore === undefined ||
        cpu - cpuBefore >= allowed / 2);
    if (isOver(silent, silentMs, this.cpuAt) || isOver(now - since, wholeMs, cpuSince))
      this.kill('stuck');
  }

  private heard(chunk: Buffer): void {
    if (this.death) return;
    this.heardAt = performance.now();
    this.cpuAt = cpuMsOf(this.pid);
    try {
      // Nobody asked: it is no answer of this child as it should be.
      if (!this.waiting) throw new Error('the child speaks unasked');
      for (const frame of this.reader.push(chunk)) if (frame) this.answered(frame);
    } catch {
      this.kill('unreadable');
    }
  }

  /** To what was asked last, and once: an answer of the call before is not taken for this one's. */
  private answered(frame: Frame): void {
    if (!this.waiting || frame.header['id'] !== this.asked) throw new Error('no answer to this');
    this.settle(frame);
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
