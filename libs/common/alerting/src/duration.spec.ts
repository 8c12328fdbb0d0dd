import { parseDuration } from './duration.js';

test.each([
  ['30s', 30_000],
  ['5m', 300_000],
  ['1h', 3_600_000],
  ['31d', 31 * 86_400_000],
])('%s is a duration', (text, ms) => expect(parseDuration(text)).toBe(ms));

test.each(['', '5', 'm', '0s', '-1s', '1.5h', '5 m', '5M', '1h30m', '32d', '999999d', 5, null])(
  '%p is none',
  (text) => expect(parseDuration(text)).toBeUndefined(),
);
