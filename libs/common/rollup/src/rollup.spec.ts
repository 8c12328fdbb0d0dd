import fc from 'fast-check';
import {
  addValue,
  emptyAggregate,
  mergeInto,
  parseWindow,
  parseWindows,
  rowId,
  sourceWindow,
  windowStart,
  type Aggregate,
} from './index.js';

const value = fc.double({ min: -1e6, max: 1e6, noNaN: true });
const fold = (values: readonly number[]): Aggregate => {
  const into = emptyAggregate();
  for (const v of values) addValue(into, v);
  return into;
};
const merged = (...parts: Aggregate[]): Aggregate => {
  const into = emptyAggregate();
  for (const part of parts) mergeInto(into, part);
  return into;
};
const expectSame = (a: Aggregate, b: Aggregate): void => {
  expect({ count: a.count, min: a.min, max: a.max }).toEqual({
    count: b.count,
    min: b.min,
    max: b.max,
  });
  expect(Math.abs(a.sum - b.sum)).toBeLessThanOrEqual(1e-9 * 1e6 * Math.max(1, a.count));
};

describe('aggregates', () => {
  it('merge is the fold of all values, however they are split', () => {
    fc.assert(
      fc.property(fc.array(fc.array(value)), (parts) =>
        expectSame(merged(...parts.map(fold)), fold(parts.flat())),
      ),
    );
  });

  it('merge is associative and commutative', () => {
    fc.assert(
      fc.property(fc.array(value), fc.array(value), fc.array(value), (a, b, c) => {
        expectSame(
          merged(merged(fold(a), fold(b)), fold(c)),
          merged(fold(a), merged(fold(b), fold(c))),
        );
        expectSame(merged(fold(a), fold(b)), merged(fold(b), fold(a)));
      }),
    );
  });
});

describe('tumbling windows', () => {
  it('hold their time: start <= ts < start + size, start on the epoch grid, before 1970 too', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1e13, max: 1e13 }),
        fc.integer({ min: 1000, max: 86_400_000 }),
        (ts, ms) => {
          const start = windowStart(ts, ms);
          expect(start <= ts && ts < start + ms).toBe(true);
          expect(Math.abs(start % ms)).toBe(0);
        },
      ),
    );
  });

  it('are half open: a reading at the edge belongs to the next one', () => {
    expect(windowStart(59_999, 60_000)).toBe(0);
    expect(windowStart(60_000, 60_000)).toBe(60_000);
    expect(windowStart(-1, 60_000)).toBe(-60_000);
  });

  it.each([
    ['1m', 60_000],
    ['15m', 900_000],
    ['1h', 3_600_000],
    ['1d', 86_400_000],
    ['30s', 30_000],
  ])('reads %s', (label, ms) => expect(parseWindow(label)).toEqual({ label, ms }));

  it.each(['', 'm', '0m', '-1m', '1.5h', '1w', '32d', '100000s', '1 m'])('refuses "%s"', (text) =>
    expect(() => parseWindow(text)).toThrow('is not a window size'),
  );

  it('come smallest first and only once', () => {
    expect(parseWindows(['1d', '1m', '1h']).map(({ label }) => label)).toEqual(['1m', '1h', '1d']);
    expect(() => parseWindows(['60m', '1h'])).toThrow('are the same');
  });

  it('are recomputed from the largest smaller size that divides them', () => {
    const windows = parseWindows(['1m', '7m', '15m', '1h', '1d']);
    const source = (label: string) =>
      sourceWindow(
        windows.find((window) => window.label === label)!,
        windows,
      )?.label;
    expect(['1m', '7m', '15m', '1h', '1d'].map(source)).toEqual([
      undefined,
      '1m',
      '1m',
      '15m',
      '1h',
    ]);
  });
});

it('row ids tell every row apart', () => {
  const device = fc.stringMatching(/^[A-Za-z0-9._:-]{1,8}$/);
  const sensor = fc.stringMatching(/^[a-z][a-z0-9_]{0,4}$/);
  const part = fc.tuple(
    device,
    sensor,
    fc.constantFrom('1m', '1h'),
    fc.integer({ min: 0, max: 9 }),
  );
  fc.assert(
    fc.property(part, part, (a, b) =>
      expect(rowId(...a) === rowId(...b)).toBe(a.join(' ') === b.join(' ')),
    ),
  );
});
