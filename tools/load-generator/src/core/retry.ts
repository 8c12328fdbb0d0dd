const FIRST = 100;
const LONGEST = 5_000;
/** A target that asks for more than this is asked again sooner. */
const LONGEST_ASKED = 60_000;

/**
 * Ms to wait before a request is sent again: what Retry-After says (seconds or an HTTP date),
 * otherwise doubling from 100 ms to 5 s.
 * @param attempt 0 after the first try; `now` epoch ms; `luck` in [0, 1) spreads the waits over
 *   half to all of their length
 */
export function retryDelay(
  attempt: number,
  retryAfter: string | undefined,
  now: number,
  luck: number,
): number {
  if (retryAfter !== undefined) {
    const asked = /^\d+$/.test(retryAfter.trim())
      ? Number(retryAfter) * 1000
      : Date.parse(retryAfter) - now;
    if (Number.isFinite(asked)) return Math.min(LONGEST_ASKED, Math.max(0, asked) + luck * FIRST);
  }
  return Math.min(LONGEST, FIRST * 2 ** attempt) * (0.5 + luck / 2);
}
