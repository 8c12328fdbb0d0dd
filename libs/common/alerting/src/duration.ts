const UNIT_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const DURATION = /^([1-9]\d{0,5})([smhd])$/;
const LONGEST_MS = 31 * UNIT_MS.d;

/** What a duration must look like, for people. */
export const DURATION_RULE = 'must be a duration from 1s to 31d, such as 30s, 5m, 1h, 1d';

/** Milliseconds of `30s`, `5m`, `1h`, `1d`; undefined when the value is no duration. */
export function parseDuration(text: unknown): number | undefined {
  const match = typeof text === 'string' ? DURATION.exec(text) : null;
  if (!match) return undefined;
  const ms = Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS];
  return ms <= LONGEST_MS ? ms : undefined;
}
