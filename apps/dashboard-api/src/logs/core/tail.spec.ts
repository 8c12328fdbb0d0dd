import fc from 'fast-check';
import { Fresh } from './fresh.js';

it('gives each line once, though workers store with clocks that differ', () => {
  const stored = fc.record({
    // Of the worker that stores it, and when it can be read.
    skew: fc.integer({ min: -900, max: 900 }),
    at: fc.integer({ min: 0, max: 20_000 }),
  });
  fc.assert(
    fc.property(fc.array(stored, { maxLength: 200 }), (lines) => {
      const all = lines.map(({ skew, at }, n) => ({
        _id: `l${n}`,
        at,
        stored_at: new Date(100_000 + at + skew),
      }));
      const fresh = new Fresh<(typeof all)[number]>(100_000);
      const given: string[] = [];
      for (let now = 0; now <= 22_000; now += 500) {
        const { since } = fresh;
        const read = all.filter(({ at, stored_at }) => at <= now && stored_at.getTime() >= since);
        given.push(...fresh.of(read).map(({ _id }) => _id));
      }
      const wanted = all.filter(({ stored_at }) => stored_at.getTime() >= 100_000);
      expect(given.toSorted()).toEqual(wanted.map(({ _id }) => _id).toSorted());
    }),
  );
});
