const MAX_EPOCH_MS = 8.64e15;

/** A time for people, epoch ms; a producer may write numbers that are no time. */
export const timeText = (ms: number): string =>
  Math.abs(ms) <= MAX_EPOCH_MS ? new Date(ms).toISOString() : `no time (${ms} ms)`;
