import { scopeHolds } from '@iot/credentials';
import type { Program } from '@iot/sandbox';
import { latestFresh } from './fresh.js';

/** The program that is active for a pattern of machines. */
export interface ActiveProgram extends Program {
  /** A device id, the beginning of device ids and a `*`, or `*`. */
  readonly pattern: string;
  readonly version: number;
  /** Which change asked for new states; undefined: none has. */
  readonly freshId: string | undefined;
}

/** Machines whose program is remembered. */
const REMEMBERED = 200_000;

/**
 * Which program is a machine's: that of the most specific pattern that holds its id, which is the
 * id itself, and then the longest beginning.
 */
export class ProgramTable {
  private readonly exact = new Map<string, ActiveProgram>();
  private readonly beginnings: readonly ActiveProgram[];
  private readonly found = new Map<string, ActiveProgram | undefined>();
  /** The last change of any program that asked for new states. */
  readonly latestFresh: string | undefined;

  constructor(programs: Iterable<ActiveProgram>) {
    const all = [...programs];
    this.latestFresh = latestFresh(all.map(({ freshId }) => freshId));
    const beginnings: ActiveProgram[] = [];
    for (const program of all)
      if (program.pattern.endsWith('*')) beginnings.push(program);
      else this.exact.set(program.pattern, program);
    this.beginnings = beginnings.toSorted((a, b) => b.pattern.length - a.pattern.length);
  }

  get size(): number {
    return this.exact.size + this.beginnings.length;
  }

  of(machine: string): ActiveProgram | undefined {
    const exact = this.exact.get(machine);
    if (exact || this.beginnings.length === 0) return exact;
    const known = this.found.get(machine);
    if (known || this.found.has(machine)) return known;
    const program = this.beginnings.find(({ pattern }) => scopeHolds(pattern, machine));
    if (this.found.size >= REMEMBERED) this.found.clear();
    this.found.set(machine, program);
    return program;
  }
}
