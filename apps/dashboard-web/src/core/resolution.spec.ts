import fc from 'fast-check';
import { LONGEST_MS, panned, resolutionFor, SHORTEST_MS, STEP_MS, zoomed } from './resolution.js';

describe('resolutionFor', () => {
  it.each([
    [60_000, 'raw'],
    [15 * 60_000, 'raw'],
    [3_600_000, '1m'],
    [86_400_000, '1h'],
    [30 * 86_400_000, '1h'],
    [365 * 86_400_000, '1d'],
  ] as const)('%s ms: %s', (span, resolution) => expect(resolutionFor(span)).toBe(resolution));

  it('never asks for more than a page of rows, up to two years', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 * 365 * 86_400_000 }), (span) => {
        const resolution = resolutionFor(span);
        if (resolution !== 'raw') expect(span / STEP_MS[resolution]).toBeLessThanOrEqual(1000);
      }),
    );
  });
});

describe('a range', () => {
  const range = fc
    .tuple(fc.integer({ min: 0, max: 4e12 }), fc.integer({ min: 1, max: 1e12 }))
    .map(([from, span]) => ({ from, to: from + span }));
  it('keeps its middle and its bounds when it is zoomed, and its length when it is moved', () => {
    fc.assert(
      fc.property(range, fc.double({ min: 0.01, max: 100, noNaN: true }), (given, times) => {
        const { from, to } = zoomed(given, times);
        expect(Math.abs((from + to) / 2 - (given.from + given.to) / 2)).toBeLessThanOrEqual(1);
        expect(to - from).toBeGreaterThanOrEqual(SHORTEST_MS - 1);
        expect(to - from).toBeLessThanOrEqual(LONGEST_MS + 1);
        const moved = panned(given, -times);
        expect(moved.to - moved.from).toBe(given.to - given.from);
      }),
    );
  });
});
