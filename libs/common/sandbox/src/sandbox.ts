import { Child, type Death } from './child-process.js';
import type { Frame } from './frames.js';
import { isolation, type Isolation } from './isolation.js';
import type { SandboxLimits } from './limits.js';
import {
  outcomesOf,
  type Input,
  type MachineOutcome,
  type MachineRun,
  type Program,
  type ProgramError,
} from './outcome.js';

/** A call holds no more than this of readings and states: a program's memory must take it. */
const CALL_BYTES = 256 << 10;
const CALL_READINGS = 250;

type Abort = Omit<ProgramError, 'stack'> & { readonly at: number };
/** The output of a run, and in the header how long each reading took, µs. */
type Ran = Frame & { readonly header: { readonly took: readonly number[] } };
type Answer = Ran | Abort | Death;

/** Called when a child was killed, or ended by itself, and another takes its place. */
export type RestartListener = (reason: Death) => void;

/**
 * Runs programs over readings in a child process. Whatever a program does, the others' readings go
 * on: a call that fails as a whole is made again in parts, until the reading that does it stands
 * alone, and is the only one that fails.
 */
export class Sandbox {
  private child: Child | undefined;
  private turn: Promise<unknown> = Promise.resolve();
  private closed = false;

  constructor(
    private readonly limits: SandboxLimits,
    private readonly onRestart: RestartListener = () => undefined,
    readonly isolated: Isolation = isolation(),
  ) {}

  get pid(): number | undefined {
    return this.child?.pid;
  }

  /**
   * One call after the other.
   * @returns for each machine what became of its readings, up to the first that failed
   * @throws Error when no child can be started
   */
  run(program: Program, machines: readonly MachineRun[], trace = false): Promise<MachineOutcome[]> {
    return this.inTurn(async () => {
      const outcomes: MachineOutcome[] = [];
      for (const some of calls(machines))
        if (some.length === 1) outcomes.push(await this.inParts(program, some[0]!, trace));
        else for (const one of await this.settle(program, some, trace)) outcomes.push(one);
      return outcomes;
    });
  }

  /** What the engine says against a program, if anything. @throws Error when no child starts */
  refusal(program: Program): Promise<string | undefined> {
    return this.inTurn(async () => {
      const answer = await (await this.alive()).ask({ op: 'load', key: program.key }, program.text);
      return typeof answer === 'string'
        ? 'the engine does not get to the end of it'
        : (answer.header['refused'] as string | undefined);
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    this.child?.kill('ended');
    await this.child?.ended;
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turn.then(work);
    this.turn = result.catch(() => undefined);
    return result;
  }

  /** A machine by itself, which may have more readings than one call takes. */
  private async inParts(
    program: Program,
    machine: MachineRun,
    trace: boolean,
  ): Promise<MachineOutcome> {
    let done: MachineOutcome = { readings: [], state: machine.state };
    let from = 0;
    while (from < machine.readings.length && !hasFailed(done)) {
      const readings = fitting(machine.readings, from);
      from += readings.length;
      const part = { ...machine, state: done.state, readings };
      done = join(done, (await this.settle(program, [part], trace))[0]!);
    }
    return done;
  }

  private async settle(
    program: Program,
    machines: readonly MachineRun[],
    trace: boolean,
  ): Promise<MachineOutcome[]> {
    const outcomes: MachineOutcome[] = [];
    let rest = machines;
    while (rest.length > 0) {
      const answer = await this.ask(program, rest, trace, false);
      if (isAbort(answer)) {
        const { machine, reading } = placeOf(rest, answer.at);
        if (machine > 0)
          outcomes.push(...(await this.settle(program, rest.slice(0, machine), trace)));
        outcomes.push(await this.alone(program, rest[machine]!, reading, trace));
        rest = rest.slice(machine + 1);
      } else if (isDeath(answer)) {
        const [only] = rest;
        if (rest.length === 1 && only!.readings.length === 1)
          return [...outcomes, failed(only!, this.stuck())];
        // Which machine did it is not known, or which of its readings: one after the other.
        if (rest.length === 1) return [...outcomes, await this.oneByOne(program, only!, trace)];
        for (const one of rest) outcomes.push(...(await this.settle(program, [one], trace)));
        break;
      } else return [...outcomes, ...outcomesOf(answer.body, answer.header.took, rest)];
    }
    return outcomes;
  }

  /** A machine whose reading number `from` ended a call. */
  private async alone(
    program: Program,
    machine: MachineRun,
    from: number,
    trace: boolean,
  ): Promise<MachineOutcome> {
    let done: MachineOutcome = { readings: [], state: machine.state };
    if (from > 0) {
      const before = { ...machine, readings: machine.readings.slice(0, from) };
      done = (await this.settle(program, [before], trace))[0]!;
      if (hasFailed(done)) return done;
    }
    const readings = machine.readings.slice(from);
    return join(
      done,
      await this.oneByOne(program, { ...machine, state: done.state, readings }, trace),
    );
  }

  /**
   * The first reading in a virtual machine that has run nothing else, so that it is judged by what
   * it does and not by what others left; then the others.
   */
  private async oneByOne(
    program: Program,
    machine: MachineRun,
    trace: boolean,
  ): Promise<MachineOutcome> {
    const [first, ...others] = machine.readings;
    const one = { ...machine, readings: [first!] };
    const answer = await this.ask(program, [one], trace, true);
    const outcome: MachineOutcome = isAbort(answer)
      ? failed(machine, answer)
      : isDeath(answer)
        ? failed(machine, this.stuck())
        : outcomesOf(answer.body, answer.header.took, [one])[0]!;
    if (others.length === 0 || hasFailed(outcome)) return outcome;
    const next = { ...machine, state: outcome.state, readings: others };
    return join(outcome, (await this.settle(program, [next], trace))[0]!);
  }

  private stuck(): Pick<ProgramError, 'name' | 'message'> {
    const message = `gave no answer for ${this.limits.watchdogMs} ms, and its process was killed`;
    return { name: 'StuckError', message };
  }

  private async ask(
    program: Program,
    machines: readonly MachineRun[],
    trace: boolean,
    fresh: boolean,
  ): Promise<Answer> {
    const child = await this.alive();
    const header = { op: 'run', key: program.key, fresh: fresh ? 1 : 0, trace: trace ? 1 : 0 };
    const body = inputOf(machines);
    let answer = await child.ask(header, body);
    if (typeof answer === 'object' && answer.header['missing']) {
      const loaded = await child.ask({ op: 'load', key: program.key }, program.text);
      if (typeof loaded === 'string') answer = loaded;
      else {
        const refused = loaded.header['refused'] as string | undefined;
        if (refused !== undefined) return { at: 0, name: 'SyntaxError', message: refused };
        answer = await child.ask(header, body);
      }
    }
    if (typeof answer === 'string') {
      this.child = undefined;
      if (!this.closed) this.onRestart(answer);
      return answer;
    }
    return (answer.header['abort'] as Abort | undefined) ?? (answer as Ran);
  }

  private async alive(): Promise<Child> {
    if (this.closed) throw new Error('the sandbox is closed');
    if (this.child && !this.child.isDead) return this.child;
    const child = (this.child = new Child(this.limits, this.isolated));
    if (!(await child.ready)) throw new Error('the process for programs does not start');
    return child;
  }
}

const isAbort = (answer: Answer): answer is Abort => typeof answer === 'object' && 'at' in answer;

const isDeath = (answer: Answer): answer is Death => answer === 'stuck' || answer === 'ended';

const inputOf = (machines: readonly MachineRun[]): string => {
  let text = '[';
  for (const { state, version, readings } of machines) {
    text += `${text.length > 1 ? ',' : ''}[${state},${version},[`;
    for (let i = 0; i < readings.length; i++)
      text += `${i > 0 ? ',' : ''}[${readings[i]!.data},${readings[i]!.receivedAt}]`;
    text += ']]';
  }
  return `${text}]`;
};

/** The readings from there on that one call takes. */
function fitting(readings: readonly Input[], from: number): readonly Input[] {
  let bytes = 0;
  let to = from;
  while (to < readings.length && to - from < CALL_READINGS && (bytes < CALL_BYTES || to === from))
    bytes += readings[to++]!.data.length;
  return readings.slice(from, to);
}

/** Machines in pieces that one call takes. A machine with many readings is in a piece by itself. */
function* calls(machines: readonly MachineRun[]): Generator<MachineRun[]> {
  let some: MachineRun[] = [];
  let bytes = 0;
  let readings = 0;
  for (const machine of machines) {
    const own = machine.readings.reduce((sum, { data }) => sum + data.length, machine.state.length);
    if (
      some.length > 0 &&
      (bytes + own > CALL_BYTES || readings + machine.readings.length > CALL_READINGS)
    ) {
      yield some;
      some = [];
      bytes = readings = 0;
    }
    some.push(machine);
    bytes += own;
    readings += machine.readings.length;
  }
  if (some.length > 0) yield some;
}

/** Which reading of which machine is the one at this place of a call. */
function placeOf(
  machines: readonly MachineRun[],
  at: number,
): { readonly machine: number; readonly reading: number } {
  let before = 0;
  for (let machine = 0; machine < machines.length; machine++) {
    const { length } = machines[machine]!.readings;
    if (at < before + length) return { machine, reading: at - before };
    before += length;
  }
  return { machine: 0, reading: 0 };
}

const hasFailed = ({ readings }: MachineOutcome): boolean => readings.at(-1)?.error !== undefined;

const join = (first: MachineOutcome, then: MachineOutcome): MachineOutcome => ({
  readings: [...first.readings, ...then.readings],
  state: then.state,
});

const failed = (
  { state }: MachineRun,
  { name, message }: Pick<ProgramError, 'name' | 'message'>,
): MachineOutcome => ({
  readings: [{ results: undefined, error: { name, message, stack: '' } }],
  state,
});
