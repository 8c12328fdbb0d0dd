import { toInstant, toWholeNumber } from './query-values.js';

describe('instants in a query', () => {
  it.each([
    ['2026-01-01T00:00:00Z', 1767225600000],
    ['2026-01-01T02:00:00+02:00', 1767225600000],
    ['2026-01-01T02:00:00 02:00', 1767225600000],
    ['2025-12-31T22:00:00.000-02:00', 1767225600000],
    ['1767225600000', 1767225600000],
    ['-1', -1],
    ['0', 0],
  ])('%s is %d', (text, ms) => {
    expect(toInstant(text)).toBe(ms);
  });

  it.each([
    'yesterday',
    '',
    '2026-01-01',
    '2026-02-30T00:00:00Z',
    '1e12',
    '1.5',
    '9999999999999999',
    'NaN',
    '0x10',
  ])('%j stays as it is, to be refused', (text) => {
    expect(toInstant(text)).toBe(text);
  });

  it('leaves a repeated parameter for the validator', () => {
    expect(toInstant(['1', '2'])).toEqual(['1', '2']);
  });
});

describe('whole numbers in a query', () => {
  it('reads decimal digits and nothing else', () => {
    expect(['10', '-3', '007'].map(toWholeNumber)).toEqual([10, -3, 7]);
    for (const text of ['', '1.0', '1e3', '0x1', ' 1', '+1', '99999999999999999999'])
      expect(toWholeNumber(text)).toBe(text);
  });
});
