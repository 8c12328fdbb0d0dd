import fc from 'fast-check';
import { InOrder } from './in-order.js';

describe('InOrder', () => {
  it('hands on each thing once, in order, as soon as all before it are settled', () => {
    const orders = fc
      .integer({ min: 1, max: 3000 })
      .chain((size) => fc.shuffledSubarray([...Array(size).keys()], { minLength: size }));
    fc.assert(
      fc.property(orders, (order) => {
        const queue = new InOrder<number>();
        const turns = order.map((_, i) => queue.add(i));
        const settled = new Set<number>();
        const handedOn: number[] = [];
        for (const i of order) {
          queue.settle(turns[i]!, (of) => handedOn.push(of));
          settled.add(i);
          let upTo = handedOn.length === 0 ? 0 : handedOn.at(-1)! + 1;
          expect(queue.size).toBe(order.length - upTo);
          while (settled.has(upTo)) upTo++;
          expect(handedOn.length).toBe(upTo);
        }
        expect(handedOn).toEqual([...Array(order.length).keys()]);
        expect(queue.first).toBeUndefined();
      }),
      { numRuns: 20 },
    );
  });
});
