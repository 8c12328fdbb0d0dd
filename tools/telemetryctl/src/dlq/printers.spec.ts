import fc from 'fast-check';
import { deadLetter, letterJson, listingJson, shownJson, type Listing } from '@iot/dead-letters';
import { Command } from 'commander';
import { contextOf } from '../context.js';
import { listingText } from './list.js';
import { shownText } from './show.js';

const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array)),
  fc.string({ unit: 'binary', maxLength: 200 }).map((text) => Buffer.from(text)),
  fc
    .constantFrom(
      '\x1b]0;owned\x07',
      '\x9b2J',
      '\u202e',
      '\r\n  \x1b[31mfake',
      'x'.repeat(20_000),
      '9999999999999999',
    )
    .map((text) => Buffer.from(text)),
);
const HEADERS = [
  'topic',
  'partition',
  'offset',
  'group',
  'delivery.count',
  'message',
  'exception',
  'stage',
  'timestamp',
];
const headers = fc.tuple(
  fc.dictionary(
    fc.constantFrom(...HEADERS.map((name) => `__dlq.errors.${name}`), '__dlq.redrive.count'),
    bytes,
  ),
  fc.dictionary(fc.string({ unit: 'binary', maxLength: 40 }), bytes, { maxKeys: 3 }),
);
const letters = fc
  .tuple(headers, fc.option(bytes), fc.option(bytes))
  .map(([[ours, own], key, value]) =>
    deadLetter(
      'telemetry.dlq/0/1',
      { key, value, timestamp: '1769860000000', headers: Object.entries({ ...own, ...ours }) },
      'telemetry.raw',
    ),
  );

/** What the command line prints of it. */
function printed(json: unknown, text: () => string, asJson: boolean): string {
  const program = new Command().option('--json').option('--quiet');
  program.parse(asJson ? ['--json'] : [], { from: 'user' });
  let out = '';
  const terminal = { write: (part: string) => ((out += part), true) };
  contextOf(program, { out: terminal as never, err: terminal as never }, () => undefined).print(
    json,
    text,
  );
  return out;
}

describe('what is printed of dead letters', () => {
  it('never has anything that a terminal obeys, in lines that are bounded, whatever their records hold', () => {
    fc.assert(
      fc.property(fc.array(letters, { maxLength: 4 }), (found) => {
        const listing: Listing = {
          total: found.length,
          groups: found.map(({ group, stage, reason, failedAt }) => ({
            group,
            stage,
            reason,
            count: 1,
            last: failedAt,
          })),
          letters: found,
        };
        const text = printed(
          found.map(letterJson),
          () => [listingText(listing), ...found.map(shownText)].join('\n'),
          false,
        );
        for (const line of text.split('\n')) {
          expect(UNSAFE.test(line)).toBe(false);
          expect(line.length).toBeLessThanOrEqual(2000);
        }
        // Nobody makes a line of his own: what is in a record stays in its line.
        expect(found.map(shownText).join('\n')).not.toMatch(/^ {2}\S*fake/m);
        const json = printed([listingJson(listing), found.map(shownJson)], () => '', true);
        expect(UNSAFE.test(json.replaceAll('\n', ''))).toBe(false);
        expect(JSON.parse(json)).toHaveLength(2);
      }),
      { numRuns: 60 },
    );
  });
});
