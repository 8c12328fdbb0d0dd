import fc from 'fast-check';
import { linksOf } from './links.js';
import { traceparentOf } from './trace-context.js';

const header = (number: number, kept: boolean): string =>
  traceparentOf({
    traceId: (number + 1).toString(16).padStart(32, '0'),
    spanId: 'a'.repeat(16),
    traceFlags: kept ? 1 : 0,
  });

it('links each span once, those that are kept first, and never more than it may', () => {
  const headers = fc.array(
    fc.option(
      fc.oneof(
        fc.constant('nonsense'),
        fc.tuple(fc.nat(20), fc.boolean()).map(([number, kept]) => header(number, kept)),
      ),
      { nil: undefined },
    ),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(headers, fc.integer({ min: 1, max: 8 }), (given, most) => {
      const links = linksOf(given, most).map(traceparentOf);
      const distinct = [...new Set(given.filter((one) => one?.startsWith('00-')))] as string[];
      const kept = distinct.filter((one) => one.endsWith('1'));
      expect(new Set(links).size).toBe(links.length);
      expect(links).toHaveLength(Math.min(most, distinct.length));
      expect(links.filter((one) => one.endsWith('1'))).toEqual(kept.slice(0, most));
      expect(distinct).toEqual(expect.arrayContaining(links));
    }),
  );
});

it('looks at no more headers than it links', () => {
  let looked = 0;
  function* many() {
    for (let i = 0; i < 1000; i++) {
      looked++;
      yield header(i, true);
    }
  }
  expect(linksOf(many(), 4)).toHaveLength(4);
  expect(looked).toBe(4);
});
