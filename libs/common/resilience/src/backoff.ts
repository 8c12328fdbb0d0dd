import { setTimeout as delay } from 'node:timers/promises';

/**
 * Exponential backoff with equal jitter, in milliseconds: between half and the whole of min(max,
 * first · 2^attempt). `random` is in [0, 1).
 */
export function jitteredBackoff(
  attempt: number,
  { firstMs, maxMs }: { firstMs: number; maxMs: number },
  random: number,
): number {
  const full = Math.min(maxMs, firstMs * 2 ** Math.min(attempt, 30));
  return full / 2 + (full / 2) * random;
}

export const sleep = (ms: number): Promise<void> => delay(ms);
