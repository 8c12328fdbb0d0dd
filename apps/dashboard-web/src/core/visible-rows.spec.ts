import fc from 'fast-check';
import { visibleRows } from './visible-rows.js';

describe('visibleRows', () => {
  it('are all that can be seen, and few more, wherever one scrolls', () => {
    const all = [fc.integer({ min: -100, max: 4e6 }), fc.nat(2000), fc.nat(100_000)] as const;
    fc.assert(
      fc.property(...all, (top, height, count) => {
        const { first, last } = visibleRows({ top, height, row: 36 }, count, 8);
        expect(first).toBeGreaterThanOrEqual(0);
        expect(last).toBeLessThanOrEqual(count);
        expect(last - first).toBeLessThanOrEqual(height / 36 + 18);
        for (let y = Math.max(0, top); y < top + height && y < count * 36; y += 36) {
          expect(Math.floor(y / 36)).toBeGreaterThanOrEqual(first);
          expect(Math.floor(y / 36)).toBeLessThan(last);
        }
      }),
    );
  });
});
