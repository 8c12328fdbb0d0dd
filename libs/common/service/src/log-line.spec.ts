import fc from 'fast-check';
import { logLine } from './log-line.js';

const line = (entry: object): string => `${JSON.stringify(entry)}\n`;

describe('a log line', () => {
  it('is one line of JSON, bounded and safe to print, whatever is in it', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 50 }),
      fc.integer({ min: 0, max: 60_000 }).map((n) => '\x9b\u202e'.repeat(n)),
    );
    const extra = fc.dictionary(
      text,
      fc.oneof(fc.jsonValue(), text, fc.array(text, { maxLength: 100 })),
    );
    fc.assert(
      fc.property(text, extra, (msg, fields) => {
        const written = logLine(line({ level: 'error', service: 's', ...fields, msg }));
        expect(written.length).toBeLessThanOrEqual(16_000);
        expect(written.endsWith('\n')).toBe(true);
        expect(written.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
        expect(JSON.parse(written)).toMatchObject({ msg: expect.any(String) });
      }),
      { numRuns: 60 },
    );
  });

  it('stays as it is where it is short, and keeps what matters where it is not', () => {
    const short = line({ level: 'warn', err: { message: 'no answer' }, msg: 'cannot read' });
    expect(logLine(short)).toBe(short);
    const documents = Array.from({ length: 5000 }, (_, i) => ({
      device_id: `d${i}`,
      text: 'x'.repeat(300),
    }));
    const long = logLine(
      line({
        level: 'error',
        err: { message: 'refused', documents, stack: 'at '.repeat(5000) },
        msg: 'insert failed',
      }),
    );
    expect(JSON.parse(long)).toMatchObject({
      level: 'error',
      err: { message: 'refused' },
      msg: 'insert failed',
    });
  });
});
