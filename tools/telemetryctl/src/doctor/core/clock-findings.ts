import { fail, ok, warn, type Finding } from './finding.js';

/** Clocks that differ by less are as good as equal. */
const NOTICED_MS = 10_000;

/**
 * @param aheadMs how far the database's clock is ahead of this machine's at least; negative:
 *   behind; undefined: it does not tell its time
 * @param marginMs what the platform allows for
 */
export function databaseClock(aheadMs: number | undefined, marginMs: number): Finding {
  const check = 'clock';
  if (aheadMs === undefined)
    return warn(check, 'the database does not tell its time', 'compare it by hand');
  const seconds = Math.round(Math.abs(aheadMs) / 1000);
  const says = `the database is ${seconds} s ${aheadMs < 0 ? 'behind' : 'ahead of'} this machine`;
  const todo = 'synchronise both (NTP)';
  if (Math.abs(aheadMs) >= marginMs) return fail(check, says, todo, 'clock');
  return Math.abs(aheadMs) >= NOTICED_MS ? warn(check, says, todo) : ok(check, says);
}

/**
 * How far an answer's time is from this machine's when the question took from `asked` to
 * `answered`: 0 when it may be the same. All epoch ms.
 */
export const clockAhead = (theirs: number, asked: number, answered: number): number =>
  theirs > answered ? theirs - answered : theirs < asked ? theirs - asked : 0;

/** @param ahead partitions with a record whose time is ahead of this machine by the margin */
export const producerClocks = (topic: string, ahead: readonly number[]): Finding =>
  ahead.length === 0
    ? ok('clock', `no record of ${topic} is from the future`)
    : warn(
        'clock',
        `partitions ${ahead.join(', ')} of ${topic} have records from the future`,
        'the clock of a gateway or producer, or of this machine, is wrong',
      );
