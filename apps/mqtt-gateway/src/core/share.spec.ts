import fc from 'fast-check';
import { belongsTo, shareName, sharesAt, sharesOf } from './share.js';

describe('shares', () => {
  it('have each device in one of them', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 64 }), (device, slots) => {
        const owners = sharesOf(['sensors/#'], slots).filter((share) => belongsTo(share, device));
        expect(owners).toHaveLength(1);
      }),
    );
  });

  it('have about as many devices each', () => {
    for (const slots of [2, 3, 4, 8]) {
      const shares = sharesOf(['sensors/#'], slots);
      const sizes = shares.map(
        (share) =>
          Array.from({ length: 4000 }, (_, i) => `device-${i}`).filter((d) => belongsTo(share, d))
            .length,
      );
      expect(Math.min(...sizes)).toBeGreaterThan((4000 / slots) * 0.8);
    }
  });

  it('are the same ones in whatever order the filters are given, and named for what is in them', () => {
    expect(sharesOf(['b', 'a'], 2).map(shareName)).toEqual(['a 0/2', 'a 1/2', 'b 0/2', 'b 1/2']);
    expect(sharesOf(['a'], 1).map(shareName)).toEqual(['a']);
  });

  it('go each to one partition, however many there are', () => {
    fc.assert(
      fc.property(fc.nat(20), fc.integer({ min: 1, max: 12 }), (parts, all) => {
        const partitions = Array.from({ length: all }, (_, i) => i);
        const owned = partitions.flatMap((one) => [...sharesAt(parts, [one], all)]);
        expect(owned.sort((a, b) => a - b)).toEqual(Array.from({ length: parts }, (_, i) => i));
      }),
    );
  });
});
