/** At most `count` at once, and then as many in `per_s` seconds, evenly. */
export interface RateLimit {
  readonly count: number;
  readonly per_s: number;
}

/**
 * The generic cell rate algorithm: one number of state. @param arrivalMs what it gave last time, or
 * 0. @returns the next state, or how long to wait, ms
 */
export function take(
  arrivalMs: number,
  { count, per_s: perS }: RateLimit,
  now: number,
): { readonly arrivalMs: number } | { readonly waitMs: number } {
  const each = (perS * 1000) / count;
  const burst = each * (count - 1);
  // A clock that was ahead, or a limit that was lower, must not keep a receiver silent for longer
  // than a full burst takes.
  const arrival = Math.min(Math.max(arrivalMs, now), now + burst + each);
  const waitMs = arrival - burst - now;
  return waitMs > 0 ? { waitMs: Math.ceil(waitMs) } : { arrivalMs: arrival + each };
}
