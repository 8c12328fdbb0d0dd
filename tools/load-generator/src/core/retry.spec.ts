import { parseDuration } from './duration.js';
import { retryDelay } from './retry.js';

describe('retryDelay', () => {
  const now = Date.UTC(2026, 0, 1);
  it('waits as long as it is asked to, in seconds or until a date, and no less', () => {
    expect(retryDelay(0, '3', now, 0)).toBe(3_000);
    expect(retryDelay(5, new Date(now + 7_000).toUTCString(), now, 0)).toBe(7_000);
    expect(retryDelay(0, '3', now, 0.99)).toBeGreaterThan(3_000);
  });
  it('does not wait for hours', () => expect(retryDelay(0, '86400', now, 0)).toBe(60_000));
  it('does not wait for a date that has passed', () =>
    expect(retryDelay(0, new Date(now - 1_000).toUTCString(), now, 0)).toBe(0));
  it('doubles up to five seconds otherwise, also after a header that says nothing', () => {
    expect([0, 1, 2, 3, 10].map((attempt) => retryDelay(attempt, undefined, now, 1))).toEqual([
      100, 200, 400, 800, 5_000,
    ]);
    expect(retryDelay(1, 'soon', now, 0)).toBe(100);
  });
});

describe('parseDuration', () => {
  it.each([
    ['30s', 30_000],
    ['5m', 300_000],
    ['1.5h', 5_400_000],
    ['200ms', 200],
    ['2d', 172_800_000],
    ['7', 7_000],
  ])('%p', (text, ms) => expect(parseDuration(text, 's')).toBe(ms));
  it('counts a bare number in ms where that is asked for', () =>
    expect(parseDuration('7', 'ms')).toBe(7));
  it.each(['', 's', '-1s', '1e3', '5 minutes', '1w', 'Infinity', 'NaN'])('refuses %p', (text) =>
    expect(parseDuration(text, 's')).toBeUndefined(),
  );
});
