import fc from 'fast-check';
import { take } from './rate.js';
import { nextAttempt } from './retry.js';

const HOUR_MS = 3_600_000;

it('lets a burst through, and then as many as the limit says', () =>
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 60 }),
      fc.array(fc.integer({ min: 0, max: 3000 }), { minLength: 50, maxLength: 200 }),
      (count, perS, pauses) => {
        let now = 1_800_000_000_000;
        let state = 0;
        const taken: number[] = [];
        for (const pause of pauses) {
          now += pause;
          const turn = take(state, { count, per_s: perS }, now);
          if ('waitMs' in turn) expect(turn.waitMs).toBeLessThanOrEqual((perS * 1000) / count + 1);
          else {
            state = turn.arrivalMs;
            taken.push(now);
          }
        }
        for (const from of taken) {
          const span = perS * 1000;
          const within = taken.filter((at) => at >= from && at < from + span).length;
          expect(within).toBeLessThanOrEqual(2 * count);
        }
        expect(taken.length).toBeGreaterThanOrEqual(Math.min(count, 1));
      },
    ),
  ));

it('a clock that was ahead, or a limit that was lower, silences nobody for long', () => {
  const turn = take(9e15, { count: 10, per_s: 60 }, 1000);
  expect(turn).toEqual({ waitMs: 6000 });
});

it('tries for days, later and later, and then gives up', () => {
  const giveUpMs = 72 * HOUR_MS;
  const at: number[] = [0];
  for (let attempts = 1; ; attempts++) {
    const next = nextAttempt(attempts, 0, giveUpMs, at.at(-1)!, 1);
    if (next === undefined) break;
    at.push(next);
  }
  expect(at.slice(0, 4)).toEqual([0, 5000, 25_000, 105_000]);
  expect(at.at(-1)).toBeGreaterThan(48 * HOUR_MS);
  expect(at.at(-1)).toBeLessThanOrEqual(giveUpMs);
  expect(at.length).toBeGreaterThan(10);
});

it('waits as long as the receiver asks for, within reason', () => {
  expect(nextAttempt(1, 0, 72 * HOUR_MS, 0, 1, 60_000)).toBe(60_000);
  expect(nextAttempt(1, 0, 72 * HOUR_MS, 0, 1, 1e12)).toBe(12 * HOUR_MS);
  expect(nextAttempt(1, 0, 72 * HOUR_MS, 0, 1, 1)).toBe(5000);
});
