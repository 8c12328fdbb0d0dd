import fc from 'fast-check';
import { FetchPace } from './fetch-pace.js';

/** Plays a steady rate, each fetch and what follows it taking `tookMs`; the sizes of the fetches. */
function play(perSecond: number, tookMs: number, seconds = 20): number[] {
  const pace = new FetchPace();
  const sizes: number[] = [];
  let taken = 0;
  let now = 0;
  while (now < seconds * 1000) {
    now += pace.waitMs(now);
    // The broker answers with the first record that there is.
    now = Math.max(now, ((taken + 1) / perSecond) * 1000);
    const size = Math.floor((now / 1000) * perSecond + 1e-9) - taken;
    taken += size;
    pace.answered(size, now);
    sizes.push(size);
    now += tookMs;
  }
  return sizes;
}
const mean = (sizes: readonly number[]): number => sizes.reduce((a, b) => a + b) / sizes.length;

describe('the pace of fetches', () => {
  it('gathers some 60 records where they come one at a time', () => {
    expect(mean(play(150, 5).slice(3))).toBeGreaterThan(50);
    expect(mean(play(1000, 5).slice(3))).toBeGreaterThan(50);
  });

  it('asks at once at first, and when nothing came', () => {
    const pace = new FetchPace();
    expect(pace.waitMs(0)).toBe(0);
    pace.answered(1, 10);
    expect(pace.waitMs(10)).toBe(400);
    pace.answered(0, 2500);
    expect(pace.waitMs(2500)).toBe(0);
  });

  it('holds no backlog up', () => {
    const pace = new FetchPace();
    pace.answered(5000, 0);
    pace.answered(5000, 30);
    expect(pace.waitMs(31)).toBe(0);
  });

  it('waits for 400 ms at most, and less by what has passed', () => {
    const times = fc.array(fc.tuple(fc.nat(100_000), fc.nat(5000)), { minLength: 1 });
    fc.assert(
      fc.property(times, fc.nat(1000), (answers, later) => {
        const pace = new FetchPace();
        let now = 0;
        for (const [records, after] of answers) pace.answered(records, (now += after));
        const wait = pace.waitMs(now + later);
        expect(wait).toBeGreaterThanOrEqual(0);
        expect(wait).toBeLessThanOrEqual(Math.max(0, 400 - later));
      }),
    );
  });
});
