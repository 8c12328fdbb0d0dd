import fc from 'fast-check';
import { printable, printableJson, printableLines, withoutSecrets } from './printable.js';

const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
const anything = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('utf8')),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 300 })
    .map((units) => String.fromCharCode(...units)),
);

describe('printable', () => {
  it('is one line without anything that a terminal obeys, of at most so many characters', () => {
    fc.assert(
      fc.property(anything, fc.integer({ min: 1, max: 400 }), (text, max) => {
        const shown = printable(text, max);
        expect(UNSAFE.test(shown)).toBe(false);
        expect(shown.length).toBeLessThanOrEqual(max);
      }),
      { numRuns: 500 },
    );
  });

  it('leaves what can be shown as it is', () => {
    for (const text of ['', 'greenhouse-7', 'Grüße, 温度 21 °C – 🌡', 'a\\nb'])
      expect(printable(text)).toBe(text);
  });

  it('shows whose key or token something is, and not its secret', () => {
    const secret = 'b'.repeat(49);
    for (const kind of ['iotk', 'iots']) {
      const text = `no ${kind}_kAAAAAAAAAAA_${secret}, twice ${kind}_kAAAAAAAAAAA_${secret}`;
      const short = `${kind}_kAAAAAAAAAAA_…`;
      expect(printable(text)).toBe(`no ${short}, twice ${short}`);
      expect(printable(text, 40)).not.toContain('bb');
      expect(withoutSecrets(text)).toBe(`no ${short}, twice ${short}`);
    }
  });

  it.each([
    ['a refresh token', 'iotr_', `${'s'.repeat(22)}.7.${'p_-'.repeat(14)}p`],
    ['a secret of signatures', 'whsec_', 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw+/=='],
    ['an access token', 'eyJ', 'hbGciOiJFZERTQSJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl-_'],
    ['half an access token', 'eyJ', 'hbGciOiJFZERTQSJ9.eyJzdWIi'],
  ])('shows that something is %s, and no more of it', (_, begins, rest) => {
    for (const text of [`no ${begins}${rest}, twice "${begins}${rest}"`]) {
      const short = `no ${begins}…, twice "${begins}…"`;
      expect([printable(text), withoutSecrets(text)]).toEqual([short, short]);
    }
    expect(printable(`x=${begins}${rest}`, 30)).not.toContain(rest.slice(0, 8));
  });

  it('leaves what only begins like a secret', () => {
    for (const text of [
      'eyJ',
      'eyJhbGciOi and more',
      'iotr_press-1',
      'whsec_ and base64',
      'iotk_a',
    ])
      expect(printable(text)).toBe(text);
  });

  it('names what it escapes, and marks what it cuts', () => {
    expect(printable('\x1b]0;title\x07\x9b31m\r\n\t\u202e\u2028\u{e0041}\ud800')).toBe(
      '\\x1b]0;title\\x07\\x9b31m\\r\\n\\t\\u202e\\u2028\\u{e0041}\\ud800',
    );
    expect(printable('x'.repeat(1_700_000), 10)).toBe('xxxxxxxxx…');
    expect(printable('\0'.repeat(10), 10)).toBe('\\x00\\x00\\…');
  });
});

describe('printableLines', () => {
  it('keeps line ends and nothing else, and bounds each line', () => {
    fc.assert(
      fc.property(anything, fc.integer({ min: 1, max: 100 }), (text, max) => {
        for (const line of printableLines(text, max).split('\n')) {
          expect(UNSAFE.test(line)).toBe(false);
          expect(line.length).toBeLessThanOrEqual(max);
        }
        expect(printableLines(text).split('\n')).toHaveLength(text.split('\n').length);
      }),
    );
  });
});

describe('printableJson', () => {
  it('is the same value, and safe to print', () => {
    fc.assert(
      fc.property(
        fc.oneof(anything, fc.jsonValue(), fc.dictionary(anything, anything)),
        fc.integer({ min: 0, max: 2 }),
        (value, indent) => {
          const json = printableJson(JSON.stringify(value, null, indent));
          expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(value)));
          expect(UNSAFE.test(json.replaceAll('\n', ''))).toBe(false);
        },
      ),
      { numRuns: 500 },
    );
  });
});
