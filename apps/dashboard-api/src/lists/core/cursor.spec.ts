import fc from 'fast-check';
import { decodeCursor, encodeCursor } from './cursor.js';

const position = fc.oneof(
  fc.record({
    time: fc.integer({ min: -8.64e15, max: 8.64e15 }),
    id: fc.string({ unit: 'binary', maxLength: 200 }),
  }),
  fc.record({ time: fc.integer({ min: 0, max: 2e12 }), id: fc.string(), part: fc.string() }),
);

describe('cursors', () => {
  it('bring back every position', () => {
    fc.assert(
      fc.property(position, fc.string(), (at, scope) => {
        const cursor = encodeCursor(at, scope);
        expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(decodeCursor(cursor, scope)).toEqual(at);
      }),
    );
  });

  it('are good for one list with one set of filters only', () => {
    fc.assert(
      fc.property(position, fc.string(), fc.string(), (at, scope, other) => {
        fc.pre(scope !== other);
        expect(decodeCursor(encodeCursor(at, scope), other)).toBeUndefined();
      }),
    );
  });

  it('are refused when one character is changed, added or taken away', () => {
    const alphabet = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/ '];
    fc.assert(
      fc.property(
        position,
        fc.nat(),
        fc.constantFrom(...alphabet),
        fc.constantFrom('replace', 'insert', 'delete'),
        (at, where, letter, how) => {
          const cursor = encodeCursor(at, 'list');
          const i = where % cursor.length;
          const forged =
            cursor.slice(0, i) +
            (how === 'delete' ? '' : letter) +
            cursor.slice(how === 'insert' ? i : i + 1);
          fc.pre(forged !== cursor);
          expect(decodeCursor(forged, 'list')).toBeUndefined();
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('are never made of other texts', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.base64String(),
          fc.json().map((text) => Buffer.from(text).toString('base64url')),
        ),
        (text) => {
          expect(decodeCursor(text, 'list')).toBeUndefined();
        },
      ),
    );
  });

  it('are refused without being read when they are longer than any of ours', () => {
    expect(decodeCursor('A'.repeat(1_000_000), 'list')).toBeUndefined();
  });
});
