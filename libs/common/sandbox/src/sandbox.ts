import { Child, type Death } from './child-process.js';
import { isolation, type Isolation } from './isolation.js';
import type { SandboxLimits } from './limits.js';
import { answerOf, type Abort } from './answer.js';
import type { Input, MachineOutcome, MachineRun, Program, ProgramError } from './outcome.js';

/** A call holds no more than this of readings and states: a program's memory must take it. */
const CALL_BYTES = 256 << 10;
const CALL_READINGS = 250;

type Answer = readonly MachineOutcome[] | Abort | Death;

/** Called when a child was killed, or ended by itself, and another is to take its place. */
export type RestartListener = (reason: Death) => void;

/**
 * Runs programs over readings in a child process. Whatever a program does, the others' readings go
 * on: a call that fails as a whole is made again in parts, until the reading that does it stands
 * alone, and is the only one that fails. What the child answers is not trusted: an answer that
 * cannot be read is as good as none, and ends the child.
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
      const loaded = await this.load(await this.alive(), program);
      if (isDeath(loaded)) return 'the engine does not get to the end of it';
      return loaded.refused;
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
        // Who ends a process from outside may have met one that did nothing wrong.
        if (rest.length === 1 && only!.readings.length === 1 && answer !== 'ended')
          return [...outcomes, failed(only!, this.deadly(answer))];
        // Which machine did it is not known, or which of its readings: one after the other.
        if (rest.length === 1) return [...outcomes, await this.oneByOne(program, only!, trace)];
        for (const one of rest) outcomes.push(...(await this.settle(program, [one], trace)));
        break;
      } else return [...outcomes, ...answer];
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
    let answer = await this.ask(program, [one], trace, true);
    if (answer === 'ended') answer = await this.ask(program, [one], trace, true);
    const outcome: MachineOutcome = isAbort(answer)
      ? failed(machine, answer)
      : isDeath(answer)
        ? failed(machine, this.deadly(answer))
        : answer[0]!;
    if (others.length === 0 || hasFailed(outcome)) return outcome;
    const next = { ...machine, state: outcome.state, readings: others };
    return join(outcome, (await this.settle(program, [next], trace))[0]!);
  }

  /** What is said of the reading that did it. */
  private deadly(death: Death): Pick<ProgramError, 'name' | 'message'> {
    const message = {
      stuck: `gave no answer for ${this.limits.watchdogMs} ms, and its process was killed`,
      ended: 'ended its process, each time it was run',
      unreadable: 'made its process answer what cannot be read, and it was killed',
    }[death];
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
    const readings = machines.reduce((sum, one) => sum + one.readings.length, 0);
    let answer = await child.ask(header, body, readings);
    if (typeof answer === 'object' && answer.header['missing'] === true) {
      const loaded = await this.load(child, program);
      if (isDeath(loaded)) return loaded;
      if (loaded.refused !== undefined)
        return { at: 0, name: 'SyntaxError', message: loaded.refused };
      answer = await child.ask(header, body, readings);
    }
    if (typeof answer === 'string') return this.died(answer);
    try {
      return answerOf(answer, machines, this.limits);
    } catch {
      return this.untrusted(child);
    }
  }

  private async load(child: Child, program: Program): Promise<{ refused?: string } | Death> {
    const answer = await child.ask({ op: 'load', key: program.key }, program.text);
    if (typeof answer === 'string') return this.died(answer);
    const { refused } = answer.header;
    if (refused === undefined) return {};
    return typeof refused === 'string' ? { refused } : this.untrusted(child);
  }

  private untrusted(child: Child): Death {
    child.kill('unreadable');
    return this.died('unreadable');
  }

  private died(death: Death): Death {
    this.child = undefined;
    if (!this.closed) this.onRestart(death);
    return death;
  }

  private async alive(): Promise<Child> {
    if (this.closed) throw new Error('the sandbox is closed');
    if (this.child?.death) this.died(this.child.death);
    if (this.child) return this.child;
    const child = (this.child = new Child(this.limits, this.isolated));
    if (!(await child.ready)) throw new Error('the process for programs does not start');
    return child;
  }
}

const isDeath = (answer: unknown): answer is Death => typeof answer === 'string';

const isAbort = (answer: Answer): answer is Abort => !isDeath(answer) && !Array.isArray(answer);

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
