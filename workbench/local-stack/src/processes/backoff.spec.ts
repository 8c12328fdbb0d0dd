import { Backoff, DEFAULT_BACKOFF } from './backoff.js';

describe('Backoff', () => {
  it('doubles the wait from 250 ms to at most 10 s while the process keeps dying', () => {
    const backoff = new Backoff(DEFAULT_BACKOFF);
    expect(Array.from({ length: 8 }, () => backoff.next(0))).toEqual([
      250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000,
    ]);
  });

  it('begins again after 30 s in good health, and not a moment before', () => {
    const backoff = new Backoff(DEFAULT_BACKOFF);
    backoff.next(0);
    backoff.next(0);
    expect(backoff.next(29_999)).toBe(1000);
    expect(backoff.next(30_000)).toBe(250);
  });
});
