import type { MachineHoldDocument } from '@iot/mongo';

/** When a program is held for a machine. */
export interface HoldRules {
  /** So many failures within the window. */
  readonly failures: number;
  readonly windowMs: number;
  /** How long it is held at first; each time in a row twice as long, up to the longest. */
  readonly firstMs: number;
  readonly longestMs: number;
}

/** A program by its place: another version is another program. */
export interface Which {
  readonly pattern: string;
  readonly version: number;
}

/** What is known of a machine's failures. Times are epoch ms. */
export interface Trouble {
  readonly failures: readonly number[];
  readonly held: MachineHoldDocument | null;
}

const isOf = (held: MachineHoldDocument, { pattern, version }: Which): boolean =>
  held.pattern === pattern && held.version === version;

/** Whether the program is not to be run now. */
export const isHeld = (held: MachineHoldDocument | null, which: Which, now: number): boolean =>
  held !== null && isOf(held, which) && now < held.until.getTime();

/**
 * After a failure.
 * @param grave it hung, or took a process with it: once is enough
 */
export function afterFailure(
  { failures, held }: Trouble,
  which: Which,
  now: number,
  grave: boolean,
  rules: HoldRules,
): Trouble {
  const recent = [...failures.filter((at) => at > now - rules.windowMs), now];
  // What was held is tried with one reading.
  const again = held !== null && isOf(held, which);
  if (!grave && !again && recent.length < rules.failures) return { failures: recent, held: null };
  const times = again ? held.times + 1 : 1;
  const ms = Math.min(rules.longestMs, rules.firstMs * 2 ** (times - 1));
  const since = again ? held.since : new Date(now);
  return { failures: [], held: { since, until: new Date(now + ms), times, ...which } };
}
