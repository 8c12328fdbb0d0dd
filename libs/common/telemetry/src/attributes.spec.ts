import fc from 'fast-check';
import { ATTRIBUTES, attributesText } from './attributes.js';

const nested = (depth: number): object => (depth === 1 ? {} : { a: nested(depth - 1) });
const ofBytes = (bytes: number): object => ({ a: 'x'.repeat(bytes - '{"a":""}'.length) });

describe('attributesText', () => {
  it.each<[string, unknown]>([
    ['nothing', {}],
    ['every kind of value', { a: [1, 'b', null, true, { c: [] }] }],
    ['as many levels as may be', nested(ATTRIBUTES.depth)],
    ['as many elements as may be', { a: Array<number>(ATTRIBUTES.values - 1).fill(0) }],
    ['as many bytes as may be', ofBytes(ATTRIBUTES.bytes)],
    ['names that other things have', JSON.parse('{"__proto__":{"$set":1},"a.b":2,"":3}')],
    ['half a character', { a: '\ud800' }],
  ])('gives the JSON text of %s', (_what, value) => {
    expect(JSON.parse(attributesText(value)!)).toEqual(value);
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['a list', []],
    ['a text', 'x'],
    ['a number', 1],
    ['too many levels', nested(ATTRIBUTES.depth + 1)],
    ['very many levels', JSON.parse(`{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`)],
    ['too many elements', { a: Array<number>(ATTRIBUTES.values).fill(0) }],
    ['too many fields', Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`f${i}`, i]))],
    ['too many bytes', ofBytes(ATTRIBUTES.bytes + 1)],
    ['too many bytes of UTF-8', { a: 'é'.repeat(ATTRIBUTES.bytes / 2) }],
    ['a number without bounds', JSON.parse('{"a":[1e999]}')],
  ])('gives none for %s', (_what, value) => {
    expect(attributesText(value)).toBeUndefined();
  });

  it('is the same when it is read and written again', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })), (value) => {
        const text = attributesText(JSON.parse(JSON.stringify(value)));
        if (text !== undefined) expect(attributesText(JSON.parse(text))).toBe(text);
      }),
    );
  });
});
