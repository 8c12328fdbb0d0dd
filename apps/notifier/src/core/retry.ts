const FIRST_MS = 5000;
const FACTOR = 4;
const LONGEST_MS = 12 * 3_600_000;

/** What a delivery came to. */
export type DeliveryOutcome =
  | { readonly kind: 'delivered'; readonly note?: string }
  | { readonly kind: 'failed'; readonly reason: string; readonly retryAfterMs?: number }
  /** Trying again cannot help. */
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * When to try again, epoch ms; undefined: it is given up. 5 s, 20 s, 80 s, … 12 h, each between
 * three quarters and the whole of it.
 * @param attempts of this round, at least 1
 * @param roundAt beginning of the round, epoch ms
 */
export function nextAttempt(
  attempts: number,
  roundAt: number,
  giveUpMs: number,
  now: number,
  random: number,
  retryAfterMs = 0,
): number | undefined {
  const full = Math.min(LONGEST_MS, FIRST_MS * FACTOR ** Math.min(attempts - 1, 20));
  const own = full * (0.75 + 0.25 * random);
  const at = now + Math.max(own, Math.min(retryAfterMs, LONGEST_MS));
  return at - roundAt > giveUpMs ? undefined : at;
}
