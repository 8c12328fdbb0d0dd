import { number, time, whole } from './values.js';

const NOW = Date.UTC(2026, 0, 31, 12);

describe('options', () => {
  it.each([
    ['90s', NOW - 90_000],
    ['2h', NOW - 7_200_000],
    ['7d', NOW - 604_800_000],
    ['2026-01-30', Date.UTC(2026, 0, 30)],
    ['2026-01-31T12:00:00+01:00', NOW - 3_600_000],
    [String(NOW), NOW],
  ])('takes %s for a time', (text, expected) => {
    expect(time(text, undefined, NOW)).toBe(expected);
  });

  it.each(['yesterday', '2026-02-30', '2026-01-31T12:00:00', '-1h', ''])(
    'refuses "%s" as a time',
    (text) => {
      expect(() => time(text)).toThrow('Allowed: 2026-01-31T12:00:00Z');
    },
  );

  it('takes numbers in their bounds only', () => {
    expect(whole(1, 9)('9')).toBe(9);
    for (const text of ['0', '10', '1.5', 'x', ''])
      expect(() => whole(1, 9)(text)).toThrow('Allowed: a whole number from 1 to 9.');
    expect(number(0.1, 5)('0.5')).toBe(0.5);
    for (const text of ['0', '6', 'NaN', '']) expect(() => number(0.1, 5)(text)).toThrow('Allowed');
  });
});
