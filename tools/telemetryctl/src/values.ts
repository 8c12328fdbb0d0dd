import { InvalidArgumentError } from 'commander';
import { timeOf } from './verify/event.js';

const AGO = /^(\d+)([smhd])$/;
const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

const refuse = (allowed: string): never => {
  throw new InvalidArgumentError(`Allowed: ${allowed}.`);
};

/**
 * Epoch ms of a time with a zone, of a date (its first moment, UTC), of epoch milliseconds, or of a
 * time ago such as `2h`.
 */
export function time(input: string, _previous?: unknown, now = Date.now()): number {
  const ago = AGO.exec(input);
  if (ago) return now - Number(ago[1]) * UNIT_MS[ago[2]!]!;
  const text = /^\d{4}-\d\d-\d\d$/.test(input) ? `${input}T00:00:00Z` : input;
  return (
    timeOf(/^\d+$/.test(text) ? Number(text) : text) ??
    refuse(
      '2026-01-31T12:00:00Z, 2026-01-31, epoch milliseconds, or a time ago such as 90s, 15m, 2h, 7d',
    )
  );
}

export const whole =
  (min: number, max = Number.MAX_SAFE_INTEGER) =>
  (input: string): number =>
    /^\d+$/.test(input) && Number(input) >= min && Number(input) <= max
      ? Number(input)
      : refuse(`a whole number from ${min} to ${max}`);

export const number =
  (min: number, max: number) =>
  (input: string): number =>
    input.trim() !== '' && Number(input) >= min && Number(input) <= max
      ? Number(input)
      : refuse(`a number from ${min} to ${max}`);

/** Milliseconds of a duration such as `90s`, `15m`, `2h`, `365d`. */
export function duration(input: string): number {
  const [, count, unit] = AGO.exec(input) ?? [];
  return count === undefined
    ? refuse('a duration such as 90s, 15m, 2h, 365d')
    : Number(count) * UNIT_MS[unit!]!;
}
