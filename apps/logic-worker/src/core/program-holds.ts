import type { HoldRules } from './holds.js';

/** Failures that take so much of a process that others wait for it. */
export const COSTLY: ReadonlySet<string> = new Set(['TimeoutError', 'StuckError']);

interface Trouble {
  /** Machines for which it hung, one after the other, and none for which it did not in between. */
  readonly machines: Set<string>;
  /** When it hung last, epoch ms. */
  at: number;
  /** 0: it was not held yet. */
  heldUntil: number;
  times: number;
}

/** Programs that are remembered as coming to an end. */
const REMEMBERED = 10_000;

/**
 * Programs that hang for one machine after the other. Each takes up to a second, so with a thousand
 * machines the readings of all others would wait for a quarter of an hour: such a program is held
 * for the next machines before they are tried. One that hangs for some machines, and not for those
 * between them, is none of these.
 *
 * It is known by its text, as other patterns may have the same one; by this worker alone, and until
 * it ends.
 */
export class ProgramHolds {
  private readonly troubles = new Map<string, Trouble>();
  private readonly ending = new Set<string>();

  /** @param rules for how many machines it may hang in a row, and how long it is held then */
  constructor(private readonly rules: HoldRules) {}

  /** Whether it is to be tried with one machine, as it may hang for each. */
  isDoubtful(key: string): boolean {
    return this.troubles.has(key) || !this.ending.has(key);
  }

  /** Until when it is held, epoch ms; undefined: it is not. @param now epoch ms */
  heldUntil(key: string, now: number): number | undefined {
    const until = this.troubles.get(key)?.heldUntil ?? 0;
    return until > now ? until : undefined;
  }

  /** It came to an end for a machine, be it with an error. */
  ended(key: string): void {
    this.troubles.delete(key);
    if (this.ending.has(key)) return;
    if (this.ending.size >= REMEMBERED) this.ending.clear();
    this.ending.add(key);
  }

  hung(key: string, machine: string, now: number): void {
    const { failures, windowMs, firstMs, longestMs } = this.rules;
    for (const [other, { at, heldUntil }] of this.troubles)
      if (Math.max(at, heldUntil) <= now - windowMs) this.troubles.delete(other);
    const none: Trouble = { machines: new Set(), at: now, heldUntil: 0, times: 0 };
    const trouble = this.troubles.get(key) ?? none;
    this.troubles.set(key, trouble);
    trouble.at = now;
    trouble.machines.add(machine);
    // What was held is tried with one machine.
    if (trouble.heldUntil === 0 && trouble.machines.size < failures) return;
    trouble.machines.clear();
    trouble.heldUntil = now + Math.min(longestMs, firstMs * 2 ** trouble.times++);
  }
}
