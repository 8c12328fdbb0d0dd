import fc from 'fast-check';
import { attributesLine } from './attributes-line.js';

describe('attributes in a line', () => {
  it.each([
    [undefined, ''],
    [null, 'cannot be read'],
    [{}, ''],
    [{ signal: -67, status: 'running' }, 'signal: -67, status: running'],
    [{ at: { a: [1, null] }, on: true }, 'at: {"a":[1,null]}, on: true'],
    [{ text: 'a\nb' }, 'text: a\\u{a}b'],
    [{ text: '\u202Egnp.exe' }, 'text: \\u{202e}gnp.exe'],
    [{ long: 'x'.repeat(100) }, `long: ${'x'.repeat(33)}…`],
    [JSON.parse('{"__proto__":1}') as Record<string, unknown>, '__proto__: 1'],
  ])('%j', (attributes, line) => expect(attributesLine(attributes, 40)).toBe(line));

  it('are no longer than asked, and in one line, whatever they are', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()),
        fc.integer({ min: 2, max: 200 }),
        (attributes, most) => {
          const line = attributesLine(attributes as Record<string, unknown>, most);
          expect(line.length).toBeLessThanOrEqual(most);
          expect(line).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u);
        },
      ),
      { numRuns: 50 },
    );
  });
});
