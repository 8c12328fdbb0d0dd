import type { Abort as EngineAbort } from './child/limits.js';
import type { Frame } from './frames.js';
import type { SandboxLimits } from './limits.js';
import {
  SANDBOX_ERRORS,
  type MachineOutcome,
  type MachineRun,
  type ProgramError,
  type ReadingOutcome,
} from './outcome.js';

/** Why a run ended before its end, at which of its readings. */
export type Abort = Omit<ProgramError, 'stack'> & { readonly at: number };

const ABORTS: ReadonlySet<unknown> = new Set<EngineAbort['name']>([
  'TimeoutError',
  'MemoryError',
  'EngineError',
  'LeftWorkError',
]);
/** A program may throw what is called so, which is none of these. */
const OURS: ReadonlySet<string> = new Set(SANDBOX_ERRORS);
/** What the realm keeps to, and a child that was taken over may not. */
const LONGEST = { name: 100, message: 500, stack: 1000, log: 1100 };
const NO_RESULTS: readonly string[] = [];

/**
 * Reads the answer to a run. Programs of strangers may have got hold of the process that it comes
 * from, so it is held to what was asked: as many machines and readings, nothing larger than the
 * limits, states that are JSON, as they go into other machines' runs.
 * @throws Error when it is not that
 */
export function answerOf(
  { header, body }: Frame,
  machines: readonly MachineRun[],
  limits: SandboxLimits,
): readonly MachineOutcome[] | Abort {
  const { abort, took } = header;
  if (abort !== undefined) return abortOf(abort, machines);
  if (!Array.isArray(took)) throw new Error('an answer without times');
  const lines = new Lines(body);
  const times = took.values();
  const outcomes = machines.map((machine) => machineOf(lines, times, machine, limits));
  if (!lines.atEnd) throw new Error('there is more than was asked for');
  return outcomes;
}

/** realm.ts says what the lines are. */
function machineOf(
  lines: Lines,
  times: Iterator<unknown>,
  machine: MachineRun,
  limits: SandboxLimits,
): MachineOutcome {
  const readings: ReadingOutcome[] = [];
  let failed = false;
  for (;;) {
    const head = lines.next();
    if (head[0] === '=') {
      if (!failed && readings.length < machine.readings.length) throw new Error('readings lack');
      return { readings, state: stateOf(head, limits) || machine.state };
    }
    if (failed || readings.length === machine.readings.length) throw new Error('too many readings');
    const micros = microsOf(times.next().value);
    if (head[0] === '!') {
      failed = true;
      const error = errorOf(JSON.parse(head.slice(1)));
      readings.push({ results: undefined, error, micros, logs: lines.logs(limits) });
      continue;
    }
    const results = resultsOf(lines, Number(head), limits);
    if (!lines.isNext('~')) readings.push({ results, error: undefined, micros });
    else {
      const state = stateOf(lines.next(), limits);
      for (const result of results) JSON.parse(result);
      readings.push({ results, error: undefined, micros, state, logs: lines.logs(limits) });
    }
  }
}

function resultsOf(lines: Lines, count: number, limits: SandboxLimits): readonly string[] {
  if (count === 0) return NO_RESULTS;
  if (!(count > 0 && count <= limits.results)) throw new Error('a count that is none');
  const results: string[] = [];
  let length = 0;
  for (let i = 0; i < count; i++) {
    const result = lines.next();
    length += result.length;
    results.push(result);
  }
  if (length > limits.resultBytes) throw new Error('results beyond their limit');
  return results;
}

/** The state behind the mark; empty: it is as it was. */
function stateOf(line: string, { stateBytes }: SandboxLimits): string {
  const state = line.slice(1);
  if (state.length > stateBytes) throw new Error('a state beyond its limit');
  if (state !== '') JSON.parse(state);
  return state;
}

function microsOf(took: unknown): number {
  if (typeof took === 'number' && took >= 0) return took;
  throw new Error('a time that is none');
}

function abortOf(abort: unknown, machines: readonly MachineRun[]): Abort {
  const { at, name, message } = abort as Record<string, unknown>;
  const readings = machines.reduce((sum, one) => sum + one.readings.length, 0);
  if (!(Number.isInteger(at) && (at as number) >= 0 && (at as number) < readings))
    throw new Error('a place that is none');
  if (!ABORTS.has(name)) throw new Error('an unknown reason');
  return { at: at as number, name: name as string, message: textOf(message, LONGEST.message) };
}

/** A program is one line further down than its author has it, in a function of ours. */
function errorOf(error: unknown): ProgramError {
  const { name, message, stack } = error as Record<string, unknown>;
  const thrown = textOf(name, LONGEST.name);
  const said = textOf(message, LONGEST.message);
  return {
    ...(OURS.has(thrown)
      ? { name: 'Error', message: `${thrown}: ${said}` }
      : { name: thrown, message: said }),
    stack: textOf(stack, LONGEST.stack)
      .split('\n')
      .filter((one) => !one.includes('realm.js'))
      .join('\n')
      .replace(/logic\.js:(\d+)/g, (_, number: string) => `logic.js:${Number(number) - 1}`),
  };
}

function textOf(value: unknown, longest: number): string {
  if (typeof value !== 'string' || value.length > longest) throw new Error('a text that is none');
  return value;
}

/** The lines of an output, one after the other. */
class Lines {
  private from = 0;

  constructor(private readonly output: string) {}

  get atEnd(): boolean {
    return this.from === this.output.length;
  }

  isNext(mark: string): boolean {
    return this.output[this.from] === mark;
  }

  next(): string {
    const end = this.output.indexOf('\n', this.from);
    if (end < 0) throw new Error('the output ends too early');
    const text = this.output.slice(this.from, end);
    this.from = end + 1;
    return text;
  }

  logs({ logLines }: SandboxLimits): string[] {
    const logs: string[] = [];
    while (this.isNext('>')) {
      if (logs.length === logLines) throw new Error('more was logged than may be');
      logs.push(textOf(JSON.parse(this.next().slice(1)), LONGEST.log));
    }
    return logs;
  }
}
