import { parseTimestamp } from '@iot/telemetry';

/** A decimal whole number as a number; anything else unchanged, for the validator to refuse. */
export const toWholeNumber = (value: unknown): unknown =>
  typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value;

/**
 * Epoch milliseconds of an RFC 3339 text or of a whole number in a query string; anything else
 * unchanged, for the validator to refuse.
 */
export function toInstant(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (/^-?\d{1,16}$/.test(value)) return parseTimestamp(Number(value)) ?? value;
  // A "+" that was not percent-encoded arrives as a space: 2026-01-01T00:00:00+02:00 is common in
  // hand-written URLs.
  return parseTimestamp(value.replace(/ (\d\d:\d\d)$/, '+$1')) ?? value;
}
