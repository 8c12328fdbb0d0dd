import fc from 'fast-check';
import { parseTimestamp } from './timestamp.js';

const at = (iso: string) => Date.parse(iso);

describe('parseTimestamp', () => {
  it.each([
    ['2026-01-31T12:00:00Z', at('2026-01-31T12:00:00Z')],
    ['2026-01-31t12:00:00z', at('2026-01-31T12:00:00Z')],
    ['2026-01-31 12:00:00Z', at('2026-01-31T12:00:00Z')],
    ['2026-01-31T12:00:00.5Z', at('2026-01-31T12:00:00.500Z')],
    ['2026-01-31T12:00:00.123999Z', at('2026-01-31T12:00:00.123Z')],
    ['2026-01-31T12:00:00+05:30', at('2026-01-31T06:30:00Z')],
    ['2026-01-01T00:30:00-01:00', at('2026-01-01T01:30:00Z')],
    ['2024-02-29T00:00:00Z', at('2024-02-29T00:00:00Z')],
    [0, 0],
    [-1, -1],
    [1_700_000_000_000, 1_700_000_000_000],
  ])('takes %p', (value, expected) => {
    expect(parseTimestamp(value)).toBe(expected);
  });

  it.each([
    '2026-02-30T00:00:00Z',
    '2025-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-01T00:00:00Z',
    '2026-01-00T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:60:00Z',
    '2026-01-01T00:00:60Z',
    '2026-01-01T00:00:00',
    '2026-01-01T00:00:00+24:00',
    '2026-01-01T00:00Z',
    '2026-01-01',
    '01/02/2026',
    '1700000000000',
    '2026-01-01T00:00:00.Z',
    `2026-01-01T00:00:00.${'0'.repeat(100)}Z`,
    '',
    ' 2026-01-01T00:00:00Z',
    '2026-01-01T00:00:00Z\n',
    1.5,
    1e300,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    true,
    null,
    undefined,
    {},
    [1],
  ])('refuses %p', (value) => {
    expect(parseTimestamp(value)).toBeUndefined();
  });

  it('reads back what Date writes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: at('0000-01-01T00:00:00Z'), max: at('9999-12-31T23:59:59.999Z') }),
        (ms) => {
          expect(parseTimestamp(new Date(ms).toISOString())).toBe(ms);
        },
      ),
    );
  });

  it('agrees with a calendar on which days exist', () => {
    const days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    const two = (n: number) => String(n).padStart(2, '0');
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9999 }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 31 }),
        (year, month, day) => {
          const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
          const exists = day <= days[month - 1]! + (leap && month === 2 ? 1 : 0);
          const text = `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T00:00:00Z`;
          expect(parseTimestamp(text) !== undefined).toBe(exists);
        },
      ),
    );
  });

  it('takes what the grammar of RFC 3339 describes, and nothing that is only near to it', () => {
    const GRAMMAR =
      /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[Tt ]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/;
    const valid = fc.constantFrom(
      '2026-06-15T11:59:58Z',
      '2026-06-15T11:59:58.123Z',
      '2026-06-15t11:59:58.1234567z',
      '2026-06-15 11:59:58-05:30',
    );
    const change = fc.tuple(
      fc.nat(30),
      fc.constantFrom('', '0', '9', '3', ':', '-', '.', 'Z', 'T', '+', ' ', 'x', '/', '٣'),
      fc.boolean(),
    );
    fc.assert(
      fc.property(valid, fc.array(change, { maxLength: 3 }), (text, changes) => {
        let changed = text;
        for (const [at, bit, replace] of changes)
          changed = changed.slice(0, at) + bit + changed.slice(replace ? at + 1 : at);
        const day = Number(changed.slice(8, 10));
        const exists =
          GRAMMAR.test(changed) &&
          new Date(`${changed.slice(0, 10)}T00:00:00Z`).getUTCDate() === day;
        const expected = Date.parse(changed.replace(' ', 'T').toUpperCase());
        expect(parseTimestamp(changed)).toBe(exists ? expected : undefined);
      }),
      { numRuns: 5000 },
    );
  });
});
