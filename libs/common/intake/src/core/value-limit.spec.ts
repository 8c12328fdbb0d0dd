import fc from 'fast-check';
import { ValueLimit } from './value-limit.js';

/** Values of a parsed JSON text, keys not counted. */
const valuesIn = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? Object.values(value).reduce<number>((sum, inner) => sum + valuesIn(inner), 1)
    : 1;

const taken = (
  text: string,
  max: number,
  format: 'json' | 'ndjson' = 'json',
  pieceBytes = 64,
): boolean => {
  const limit = new ValueLimit(max, format);
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += pieceBytes)
    if (!limit.add(bytes.subarray(at, at + pieceBytes))) return false;
  return true;
};

describe('ValueLimit', () => {
  it('takes no text with more than twice the values it is for, however that is cut and written', () => {
    const cases = [
      fc.jsonValue({ maxDepth: 8 }),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 100 }),
    ] as const;
    fc.assert(
      fc.property(...cases, fc.integer({ min: 0, max: 2 }), (value, max, pieceBytes, indent) => {
        const text = JSON.stringify(value, null, indent);
        if (taken(text, max, 'json', pieceBytes))
          expect(valuesIn(value)).toBeLessThanOrEqual(2 * max + 1);
      }),
    );
  });

  it('takes as many readings as it is for', () => {
    const reading = '{"device_id":"d","ts":"2026-01-01T00:00:00Z","temperature_c":1,"humidity":2}';
    expect(taken(`[${Array.from({ length: 500 }, () => reading).join()}]`, 500 * 5)).toBe(true);
    expect(taken(`${reading}\n`.repeat(500), 500 * 5, 'ndjson')).toBe(true);
  });

  it.each([
    ['empty objects', `[${'{},'.repeat(5000)}{}]`, 'json'],
    ['nested arrays', `${'['.repeat(5000)}${']'.repeat(5000)}`, 'json'],
    ['nested objects', `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`, 'json'],
    ['numbers', `[${'1,'.repeat(5000)}1]`, 'json'],
    [
      'fields of one object',
      `{${Array.from({ length: 5000 }, (_, i) => `"${i}":1`).join()}}`,
      'json',
    ],
    ['blank lines', '\n'.repeat(5000), 'ndjson'],
  ] as const)('refuses %s', (_what, text, format) => {
    expect(taken(text, 1000, format)).toBe(false);
  });
});
