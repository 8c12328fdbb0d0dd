import fc from 'fast-check';
import { LineSplitter } from './lines.js';

const split = (chunks: readonly Buffer[], maxLineBytes = 1000) => {
  const lines: [number, string | undefined][] = [];
  const splitter = new LineSplitter(maxLineBytes, (index, text) => lines.push([index, text]));
  let mostHeld = 0;
  for (const chunk of chunks) {
    splitter.push(chunk);
    mostHeld = Math.max(mostHeld, splitter.held);
  }
  splitter.end();
  return { lines, mostHeld };
};

describe('LineSplitter', () => {
  it('takes lines with and without a last newline, and counts blank ones', () => {
    expect(split([Buffer.from('a\n\nb\r\n \nc')]).lines).toEqual([
      [0, 'a'],
      [2, 'b\r'],
      [4, 'c'],
    ]);
    expect(split([Buffer.from('a\n')]).lines).toEqual([[0, 'a']]);
    expect(split([]).lines).toEqual([]);
  });

  it('gives the same lines however the body is cut', () => {
    const body = fc
      .array(fc.string({ unit: 'binary', maxLength: 12 }), { maxLength: 12 })
      .map((lines) => Buffer.from(lines.join('\n')));
    fc.assert(
      fc.property(
        body,
        fc.array(fc.integer({ min: 0, max: 200 }), { maxLength: 8 }),
        (bytes, cuts) => {
          const at = [
            0,
            ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b),
            bytes.length,
          ];
          const chunks = at.slice(1).map((end, i) => bytes.subarray(at[i], end));
          const expected = bytes
            .toString('utf8')
            .split('\n')
            .map((text, index): [number, string] => [index, text])
            .filter(([, text]) => text.trim() !== '');
          expect(split(chunks).lines).toEqual(expected);
        },
      ),
    );
  });

  it('refuses a line that is too long, alone, and holds none of it', () => {
    const chunks = ['ok\n', 'x'.repeat(800), 'x'.repeat(800), 'x'.repeat(800), '\nok\n'].map(
      (text) => Buffer.from(text),
    );
    const { lines, mostHeld } = split(chunks);
    expect(lines).toEqual([
      [0, 'ok'],
      [1, undefined],
      [2, 'ok'],
    ]);
    expect(mostHeld).toBeLessThanOrEqual(1000);
    expect(split([Buffer.from(`${'x'.repeat(1001)}\nok`)]).lines).toEqual([
      [0, undefined],
      [1, 'ok'],
    ]);
  });
});
