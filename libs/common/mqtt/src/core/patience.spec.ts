import fc from 'fast-check';
import { Patience } from './patience.js';

const waits = (...held: readonly (number | undefined)[]): number[] => {
  const patience = new Patience(1000, 30_000);
  return held.map((ms) => patience.next(ms));
};

it('waits longer each time where a subscription is lost as soon as it is there', () => {
  expect(waits(900, 900, 900, 900, 900, 900, 900, 900)).toEqual([
    ...[1000, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000],
  ]);
});

it('does not for a broker that is away, nor once one has lasted', () => {
  expect(waits(900, ...Array<undefined>(9).fill(undefined)).at(-1)).toBe(1000);
  expect(waits(900, 900, 900, undefined, 6000, 900)).toEqual([
    ...[1000, 1000, 2000, 2000, 1000, 1000],
  ]);
});

it('says so where it is cut off', () => {
  const patience = new Patience(1000, 30_000);
  const said = [900, 900, 900, 6000].map((ms) => (patience.next(ms), patience.isCutOff));
  expect(said).toEqual([false, false, true, false]);
});

it('leaves one of two that have the same name alone for most of the time', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 999 }), (late) => {
      const clients = [0, late].map((at) => ({
        at,
        since: -1,
        patience: new Patience(1000, 30_000),
      }));
      let holder: (typeof clients)[number] | undefined;
      let cuts = 0;
      const tenMinutes = 600_000;
      for (;;) {
        const next = clients.reduce((a, b) => (a.at <= b.at ? a : b));
        const now = next.at;
        if (now > tenMinutes) break;
        if (holder) {
          cuts++;
          holder.at = now + holder.patience.next(now - holder.since);
        }
        next.at = Infinity;
        next.since = now;
        holder = next;
      }
      expect(cuts).toBeLessThan(60);
    }),
  );
});
