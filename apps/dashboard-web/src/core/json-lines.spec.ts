import fc from 'fast-check';
import { LineReader } from './json-lines.js';

describe('LineReader', () => {
  it('gives each line once, wherever the text is cut', () =>
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.array(fc.nat(40)), (values, cuts) => {
        const reader = new LineReader();
        const found: unknown[] = [];
        let text = values.map((value) => `${JSON.stringify(value)}\n`).join('');
        for (const cut of cuts) {
          found.push(...reader.add(text.slice(0, cut)));
          text = text.slice(cut);
        }
        found.push(...reader.add(text), ...reader.end());
        expect(JSON.stringify(found)).toBe(JSON.stringify(values));
      }),
    ));

  it('does not take a line that was cut off for a whole one', () => {
    const reader = new LineReader();
    expect(reader.add('{"a":1}\n{"b')).toEqual([{ a: 1 }]);
    expect(() => reader.end()).toThrow(SyntaxError);
  });
});
