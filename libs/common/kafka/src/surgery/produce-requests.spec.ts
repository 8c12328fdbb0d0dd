import { createRequire } from 'node:module';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { encodeProduce } from '../produce-encoding.js';

const require = createRequire(import.meta.url);
type Request = { encode: () => Promise<{ buffer: Buffer }> };
const theirs = require('kafkajs/src/protocol/requests/produce/v3/request') as (
  args: object,
) => Request;

const NOW = 1_790_000_000_000;
const bytes = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ maxLength: 60 }),
  fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array)),
);
const header = fc.oneof(bytes, fc.array(bytes, { maxLength: 3 }));
const message = fc.record(
  {
    key: fc.option(bytes, { nil: null }),
    value: fc.option(bytes, { nil: null }),
    timestamp: fc
      .integer({ min: NOW, max: NOW + 2_000_000_000 })
      .chain((time) => fc.constantFrom(time, String(time))),
    headers: fc.dictionary(fc.string({ unit: 'binary', maxLength: 20 }), header, { maxKeys: 4 }),
  },
  { requiredKeys: ['value', 'timestamp'] },
);
const topic = fc.record({
  topic: fc.stringMatching(/^[a-z.]{1,30}$/),
  partitions: fc.array(
    fc.record({
      partition: fc.nat(5000),
      firstSequence: fc.nat(),
      messages: fc.array(message, { minLength: 1, maxLength: 80 }),
    }),
    { minLength: 1, maxLength: 4 },
  ),
});

describe('encodeProduce', () => {
  it('writes the bytes that kafkajs writes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(topic, { maxLength: 3 }),
        fc.constantFrom(-1, 0, 1),
        fc.nat(100_000),
        async (topicData, acks, timeout) => {
          const args = { acks, timeout, topicData };
          const expected = (await theirs(args).encode()).buffer;
          expect(encodeProduce(args)!.equals(expected)).toBe(true);
        },
      ),
    );
  });

  it('gives a record without a time the present', () => {
    const before = Date.now();
    const out = encodeProduce({
      acks: -1,
      timeout: 1,
      topicData: [{ topic: 't', partitions: [{ partition: 0, messages: [{ value: 'v' }] }] }],
    })!;
    const first = Number(out.readBigInt64BE(12 + 2 + 1 + 4 + 8 + 27));
    expect(first).toBeGreaterThanOrEqual(before);
    expect(first).toBeLessThanOrEqual(Date.now());
  });

  it.each([
    ['compressed with snappy', { compression: 2 }],
    ['transactional', { transactionalId: 't' }],
    ['idempotent', { producerId: 5 }],
  ])('leaves to kafkajs what is %s', (_what, extra) => {
    expect(encodeProduce({ acks: -1, timeout: 1, topicData: [], ...extra })).toBeUndefined();
  });

  it('compresses with gzip into what inflates to the uncompressed records', () => {
    const topicData = [
      {
        topic: 't',
        partitions: [{ partition: 0, messages: [{ value: 'v'.repeat(1000), timestamp: NOW }] }],
      },
    ];
    const [plain, gzip] = [0, 1].map((compression) =>
      encodeProduce({ acks: -1, timeout: 1, topicData, compression })!,
    );
    const BATCH_AT = 12 + 2 + 1 + 4 + 4 + 4;
    const HEADER_BYTES = 61;
    expect(gzip!.length).toBeLessThan(plain!.length / 5);
    expect(
      gunzipSync(gzip!.subarray(BATCH_AT + HEADER_BYTES)).equals(
        plain!.subarray(BATCH_AT + HEADER_BYTES),
      ),
    ).toBe(true);
    expect(gzip!.readInt32BE(BATCH_AT - 4)).toBe(gzip!.length - BATCH_AT);
    expect(gzip!.readInt32BE(BATCH_AT + 8)).toBe(gzip!.length - BATCH_AT - 12);
    expect(gzip!.readInt16BE(BATCH_AT + 21)).toBe(1);
  });

  it('names the header that it cannot write', () => {
    const messages = [{ value: 'a', headers: { x: 5 as never } }];
    const topicData = [{ topic: 't', partitions: [{ partition: 0, messages }] }];
    expect(() => encodeProduce({ acks: -1, timeout: 1, topicData })).toThrow('header x');
  });
});
