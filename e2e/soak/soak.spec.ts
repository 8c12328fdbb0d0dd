import fc from 'fast-check';
import { growthOf, SETTLED_AFTER_S, type Course, type Sample } from './course.js';
import { randomOf } from '../random.js';
import { faultOrder } from './fault-order.js';
import { picture } from './picture.js';
import { reportText } from './report.js';

const MB = 2 ** 20;

function firstFaults(kinds: readonly string[], seed: number, count: number): string[] {
  const order = faultOrder(kinds, randomOf(seed));
  return Array.from({ length: count }, () => order.next().value);
}

describe('the order of faults', () => {
  it('has every kind once in each round, and follows from the seed', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string(), { minLength: 1 }), fc.nat(), (kinds, seed) => {
        const take = (): string[] => firstFaults(kinds, seed, 3 * kinds.length);
        const order = take();
        for (let round = 0; round < 3; round++)
          expect(order.slice(round * kinds.length, (round + 1) * kinds.length).toSorted()).toEqual(
            kinds.toSorted(),
          );
        expect(take()).toEqual(order);
      }),
    );
  });

  it('differs from round to round', () => {
    const order = firstFaults([...'abcdefgh'], 7, 16);
    expect(order.slice(0, 8)).not.toEqual(order.slice(8));
  });
});

describe('the growth of memory', () => {
  type At = (seconds: number) => number;
  const course = (mbAt: At, youngAt: At = () => 0): Sample[] =>
    Array.from({ length: 720 }, (_, i) => ({
      seconds: i * 5,
      rssBytes: (mbAt(i * 5) + youngAt(i * 5)) * MB,
      youngBytes: youngAt(i * 5) * MB,
      handles: 30,
    }));

  it('is nothing where memory swings around one height', () => {
    const growth = growthOf(course((s) => 180 + (s % 25)));
    expect(growth?.ratio).toBeCloseTo(1, 2);
    expect(growth?.tooMuch).toBe(false);
  });

  it('does not count the young generation', () => {
    const step = (seconds: number): number => (seconds > 1800 ? 32 : 16);
    const growth = growthOf(course(() => 135, step));
    expect(growth?.ratio).toBeGreaterThan(1.1);
    expect([growth?.keptRatio, growth?.tooMuch]).toEqual([1, false]);
    expect(growthOf(course((s) => 150 + s / 90, step))?.tooMuch).toBe(true);
  });

  it('does not count what filled in the first ten minutes', () => {
    expect(growthOf(course((s) => Math.min(s, SETTLED_AFTER_S) / 3))?.tooMuch).toBe(false);
  });

  it('finds a leak of 15 % in 50 minutes', () => {
    expect(growthOf(course((s) => 200 + s / 75))?.tooMuch).toBe(true);
  });

  it('is unknown where nothing was seen after ten minutes', () => {
    expect(growthOf(course(() => 1).slice(0, 121))).toBeUndefined();
  });
});

describe('the report', () => {
  const shown: Course = {
    minutes: 60,
    samples: { 'a<b': [{ seconds: 0, rssBytes: 100 * MB, youngBytes: MB, handles: 7 }] },
    lag: [
      { seconds: 0, lagSeconds: 1 },
      { seconds: 5, lagSeconds: null },
      { seconds: 10, lagSeconds: 2.5 },
    ],
    faults: [{ name: 'Kafka & co', from: 60, to: 90, recovery: 4, error: 'Error: late' }],
    restarts: { 'a<b': 3 },
  };

  it('draws a gap where the lag is unknown, and no name as markup', () => {
    const svg = picture(shown);
    expect(svg).not.toContain('a<b');
    expect(svg).toMatch(/<path d="M[\d.]+ [\d.]+M[\d.]+ [\d.]+" /);
  });

  it('says what was lost', () => {
    const account = { minutes: 60, seed: 1, eventsPerSecond: 200, acknowledged: 9, distinct: 8 };
    const text = reportText(shown, { ...account, missing: 2, discrepancies: 1 }, 'soak.svg');
    expect(text).toContain('**2 missing**');
    expect(text).toContain('**1 discrepancies**');
    expect(text).toContain('After 1.0 minutes, Kafka & co: Error: late');
    expect(text).toContain('highest known lag 2.5 s');
    expect(text).toMatch(/a<b .*7–7 .*3/);
  });
});
