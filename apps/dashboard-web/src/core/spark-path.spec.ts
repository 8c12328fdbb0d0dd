import fc from 'fast-check';
import { sparkPath } from './spark-path.js';

describe('sparkPath', () => {
  it('goes from edge to edge, from 0 to the greatest', () => {
    const points = [
      [0, 0],
      [5, 10],
      [10, 5],
    ] as const;
    expect(sparkPath(points, 100, 44).line).toBe('M0.0,42.0L50.0,2.0L100.0,22.0');
  });

  it('is nothing where there are not two points', () =>
    expect([sparkPath([], 9, 9).line, sparkPath([[1, 2]], 9, 9).area]).toEqual(['', '']));

  it('stays inside, whatever the numbers are', () => {
    const points = fc.array(fc.tuple(fc.nat(), fc.double()), { maxLength: 20 });
    fc.assert(
      fc.property(points, (given) => {
        const sorted = given.toSorted(([a], [b]) => a - b) as [number, number][];
        const numbers = sparkPath(sorted, 100, 44).line.match(/-?[\d.e+]+/g) ?? [];
        for (const number of numbers) {
          expect(Number(number)).toBeGreaterThanOrEqual(0);
          expect(Number(number)).toBeLessThanOrEqual(100);
        }
      }),
    );
  });
});
