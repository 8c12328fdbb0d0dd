import { createRequire } from 'node:module';
import { types } from 'node:util';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { decodeFetch } from '../fetch-decoding.js';
import {
  HiddenRecords,
  UnreadableBatch,
  type Fetched,
  type FetchedMessage,
} from '../fetched-message.js';
import { asKafkaJsHeaders } from '../headers.js';
import { Inflation } from '../inflation.js';
import { nameHeadersInOnePass } from './decoded-headers.js';
import { decodeFetchInOnePass, onFetchedEnd } from './fetch-responses.js';
import { encodeProduce } from '../produce-encoding.js';

const require = createRequire(import.meta.url);
const theirs = require('kafkajs/src/protocol/requests/fetch/v11/response') as {
  decode: (bytes: Buffer) => Promise<Response>;
};
const Encoder = require('kafkajs/src/protocol/encoder') as new () => Bytes;
const RecordBatch = require('kafkajs/src/protocol/recordBatch/v0') as {
  RecordBatch: (args: object) => Promise<Bytes>;
};
const Record = require('kafkajs/src/protocol/recordBatch/record/v0') as (args: object) => Bytes;

interface Bytes {
  buffer: Buffer;
  writeInt8(n: number): Bytes;
  writeInt16(n: number): Bytes;
  writeInt32(n: number): Bytes;
  writeInt64(n: number): Bytes;
  writeString(text: string): Bytes;
  writeBuffer(bytes: Buffer): Bytes;
}
interface Response {
  responses: { partitions: { messages: Message[]; recordSetBytes?: number }[] }[];
}
interface Message {
  key: Buffer | null;
  value: Buffer | null;
  timestamp: string;
  offset: string;
  headers: object;
  isControlRecord: boolean;
}

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const message = fc.record({
  key: fc.option(bytes, { nil: null }),
  value: fc.option(bytes, { nil: null }),
  timestampDelta: fc.oneof(
    fc.nat(1000),
    fc.integer({ min: -1000, max: 2_000_000_000 }),
    fc.integer({ min: 0, max: 2 ** 45 }),
  ),
  headers: fc.dictionary(
    // kafkajs stumbles over names that every object has.
    fc.string({ unit: 'binary', maxLength: 20 }).filter((name) => !(name in {})),
    fc.oneof(bytes, fc.array(bytes, { minLength: 2, maxLength: 3 })),
    { maxKeys: 4 },
  ),
});
const batch = fc.record({
  firstOffset: fc.oneof(fc.nat(1000), fc.integer({ min: 0, max: 2 ** 50 })),
  firstTimestamp: fc.constantFrom(-1, 0, 1_790_000_000_000),
  logAppendTime: fc.boolean(),
  messages: fc.array(message, { minLength: 1, maxLength: 40 }),
});
interface Batch {
  firstOffset: number;
  firstTimestamp: number;
  logAppendTime: boolean;
  messages: object[];
}

const LOG_APPEND_TIME = 8;
const MAGIC_AT = 16;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;
const HEADER_BYTES = 61;

async function encoded(
  { firstOffset, firstTimestamp, logAppendTime, messages }: Batch,
  attributes = 0,
): Promise<Buffer> {
  const { buffer } = await RecordBatch.RecordBatch({
    firstOffset,
    firstTimestamp,
    maxTimestamp: 1_790_000_000_999,
    lastOffsetDelta: messages.length - 1,
    records: messages.map((each, offsetDelta) => Record({ ...each, offsetDelta })),
  });
  buffer.writeInt16BE((logAppendTime ? LOG_APPEND_TIME : 0) | attributes, 21);
  return buffer;
}

const NONE_ABORTED = Buffer.alloc(4);

/** @param aborted the array of aborted transactions, encoded */
function response(
  recordSet: Buffer,
  aborted = NONE_ABORTED,
  errorCode = 0,
  partitions = 1,
): Buffer {
  const out = new Encoder()
    .writeInt32(3)
    .writeInt16(0)
    .writeInt32(0)
    .writeInt32(1)
    .writeString('telemetry.raw')
    .writeInt32(partitions);
  for (let partition = 7; partition < 7 + partitions; partition++) {
    out
      .writeInt32(partition)
      .writeInt16(errorCode)
      .writeInt64(5_000_000_000)
      .writeInt64(5_000_000_000)
      .writeInt64(12)
      .writeBuffer(aborted);
    out.writeInt32(-1).writeInt32(recordSet.length).writeBuffer(recordSet);
  }
  return out.buffer;
}

/** Of a produce request for topic `t`: what stands before its only batch. */
const PRODUCED_BATCH_AT = 12 + 2 + 1 + 4 + 4 + 4;

/** A batch with its records compressed. */
function compressed(
  plainBatch: Buffer,
  codec: number,
  compress: (bytes: Buffer) => Buffer,
): Buffer {
  const out = Buffer.concat([
    plainBatch.subarray(0, HEADER_BYTES),
    compress(plainBatch.subarray(HEADER_BYTES)),
  ]);
  out.writeInt32BE(out.length - 12, 8);
  out.writeInt16BE(out.readInt16BE(21) | codec, 21);
  return out;
}

const messagesOf = (bytesOfAll: Buffer, inflation?: Inflation): readonly Fetched[] =>
  decodeFetch(bytesOfAll, 0, inflation).responses[0]!.partitions[0]!.messages;

const plain = ({ responses, ...rest }: Response): object => ({
  ...rest,
  responses: responses.map(({ partitions, ...topic }) => ({
    ...topic,
    partitions: partitions.map(({ messages, recordSetBytes: _bytes, ...partition }) => ({
      ...partition,
      messages: messages.map(({ key, value, timestamp, offset, headers, isControlRecord }) => ({
        key,
        value,
        timestamp,
        offset,
        headers: Object.entries(headers),
        isControlRecord,
      })),
    })),
  })),
});

describe('decodeFetch', () => {
  it('reads what kafkajs reads, wherever the last batch is cut off', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(batch, { maxLength: 4 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (batches, kept) => {
          const all = await Promise.all(batches.map((one) => encoded(one)));
          const last = all.at(-1);
          if (last && kept < 0.5)
            all[all.length - 1] = last.subarray(0, Math.floor(last.length * 2 * kept));
          const recordSet = Buffer.concat(all);
          const bytesOfAll = response(recordSet);
          const ours = decodeFetch(Buffer.from(bytesOfAll));
          // kafkajs looks for the format's number in bytes that may not be there.
          if (recordSet.length > 0 && recordSet.length <= MAGIC_AT) {
            expect(ours.responses[0]!.partitions[0]!.messages).toEqual([]);
            return;
          }
          expect(plain(ours as unknown as Response)).toEqual(
            plain(await theirs.decode(bytesOfAll)),
          );
        },
      ),
    );
  });

  it('gives the text of a value and compares a key without making buffers of them', async () => {
    const one = {
      firstOffset: 5,
      firstTimestamp: 1000,
      logAppendTime: false,
      messages: [
        { key: Buffer.from('d1'), value: Buffer.from('{"ä":1}'), timestampDelta: 7, headers: {} },
        { key: null, value: null, timestampDelta: 0, headers: {} },
      ],
    };
    const [first, second] = messagesOf(response(await encoded(one))) as FetchedMessage[];
    expect([
      first!.valueText(),
      first!.keyIs('d1'),
      first!.keyIs('d2'),
      first!.keyIs('d'),
      first!.timestampMs,
      first!.size,
    ]).toEqual(['{"ä":1}', true, false, false, 1007, 10]);
    expect([second!.valueText(), second!.keyIs(''), second!.value, second!.key]).toEqual([
      null,
      false,
      null,
      null,
    ]);
  });

  it.each([
    ['gzip', 1, gzipSync],
    ['zstd', 4, zstdCompressSync],
  ])(
    'reads what is compressed with %s as it reads the same uncompressed',
    async (_what, codec, compress) => {
      await fc.assert(
        fc.asyncProperty(fc.array(batch, { minLength: 1, maxLength: 3 }), async (batches) => {
          const all = await Promise.all(batches.map((one) => encoded(one)));
          const whole = (parts: Buffer[]): object =>
            plain(decodeFetch(response(Buffer.concat(parts))) as unknown as Response);
          expect(whole(all.map((one) => compressed(one, codec, compress)))).toEqual(whole(all));
        }),
      );
    },
  );

  it('keeps headers in order, repeated, without a value, and of any name and any bytes', async () => {
    const names = fc.oneof(
      fc.constantFrom<string | Buffer>('constructor', 'toString', '__proto__', 'a', ''),
      fc.string({ unit: 'binary', maxLength: 9 }),
      fc.uint8Array({ maxLength: 6 }).map((array) => Buffer.from(array)),
    );
    const list = fc.array(fc.tuple(names, fc.option(bytes, { nil: null })), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(list, async (headers) => {
        const produced = encodeProduce({
          acks: -1,
          timeout: 1,
          topicData: [
            { topic: 't', partitions: [{ partition: 0, messages: [{ value: 'v', headers }] }] },
          ],
        })!;
        const [message] = messagesOf(
          response(produced.subarray(PRODUCED_BATCH_AT)),
        ) as FetchedMessage[];
        const asBytes = (
          pairs: readonly (readonly [string | Buffer, Buffer | string | null])[],
        ): unknown[] =>
          pairs.map(([name, value]) => [
            Buffer.from(name as string).toString('hex'),
            value === null ? null : Buffer.from(value as string).toString('hex'),
          ]);
        expect(asBytes(message!.headerList)).toEqual(asBytes(headers));
      }),
    );
  });

  it('makes headers by name of one record as fast in kafkajs as here, however many there are and whatever their names', async () => {
    const names = [
      'constructor',
      '__proto__',
      ...Array.from({ length: 5000 }, (_, i) => `name-${i}`),
    ];
    const headers = Object.fromEntries([
      ...names.map((name) => [name, Buffer.from('v')]),
      ['twice', ['1', '2'].map((text) => Buffer.from(text))],
    ]);
    const one = {
      firstOffset: 0,
      firstTimestamp: 0,
      logAppendTime: false,
      messages: [{ key: null, value: null, timestampDelta: 0, headers }],
    };
    const bytesOfAll = response(await encoded(one));
    nameHeadersInOnePass();
    const startedAt = performance.now();
    const decoded = await theirs.decode(bytesOfAll);
    expect(performance.now() - startedAt).toBeLessThan(1000);
    const [message] = decoded.responses[0]!.partitions[0]!.messages;
    expect(Object.entries(message!.headers)).toEqual(
      Object.entries((messagesOf(bytesOfAll)[0] as FetchedMessage).headers),
    );
    expect(Object.keys(message!.headers)).toHaveLength(5003);
  });

  it('makes headers by name of 60,000 of one name without copying them for each', () => {
    const headers = Array.from({ length: 60_000 }, () => ['again', null] as const);
    const startedAt = performance.now();
    expect(asKafkaJsHeaders(headers)['again']).toHaveLength(60_000);
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });

  it.each([
    '-8640000000000001',
    '-9007199254740993',
    '9223372036854775807',
    '-9223372036854775808',
    '-1',
  ])('keeps the time %s exactly', async (timestamp) => {
    const messages = [
      { value: 'v', timestamp },
      { value: 'w', timestamp: '5' },
      { value: 'x', timestamp },
    ];
    const produced = encodeProduce({
      acks: -1,
      timeout: 1,
      topicData: [{ topic: 't', partitions: [{ partition: 0, messages }] }],
    })!;
    const read = messagesOf(response(produced.subarray(PRODUCED_BATCH_AT)));
    expect(read.map((message) => message.timestamp)).toEqual([timestamp, '5', timestamp]);
  });

  it('hides markers, and what a transaction took back, but keeps their place in the log', async () => {
    const of = async (
      firstOffset: number,
      producerId: bigint,
      attributes: number,
      key: Buffer | null = null,
    ): Promise<Buffer> => {
      const message = {
        key,
        value: Buffer.from(`v${firstOffset}`),
        timestampDelta: 0,
        headers: {},
      };
      const one = await encoded(
        { firstOffset, firstTimestamp: 5, logAppendTime: false, messages: [message, message] },
        attributes,
      );
      one.writeBigInt64BE(producerId, 43);
      return one;
    };
    const [ABORT, COMMIT] = [Buffer.from([0, 0, 0, 0]), Buffer.from([0, 0, 0, 1])];
    const recordSet = Buffer.concat([
      await of(10, 1n, TRANSACTIONAL),
      await of(12, 2n, TRANSACTIONAL),
      await of(14, -1n, 0),
      await of(16, 1n, TRANSACTIONAL | CONTROL, ABORT),
      await of(18, 2n, TRANSACTIONAL | CONTROL, COMMIT),
      await of(20, 1n, TRANSACTIONAL),
    ]);
    const aborted = Buffer.from(new Encoder().writeInt32(1).writeInt64(1).writeInt64(10).buffer);
    const seen = messagesOf(response(recordSet, aborted));
    expect(
      seen.filter(({ isControlRecord }) => !isControlRecord).map(({ offset }) => offset),
    ).toEqual(['12', '13', '14', '15', '20', '21']);
    expect(
      seen.filter((message) => message instanceof HiddenRecords).map(({ offset }) => offset),
    ).toEqual(['11', '17', '19']);
  });

  it('stands for what compaction removed at the end of a batch, and for a batch of which nothing is left', async () => {
    const one = await encoded({
      firstOffset: 4,
      firstTimestamp: 5,
      logAppendTime: false,
      messages: [{ timestampDelta: 0, headers: {} }],
    });
    one.writeInt32BE(6, 23);
    expect(
      messagesOf(response(one)).map(({ offset, isControlRecord }) => [offset, isControlRecord]),
    ).toEqual([
      ['4', false],
      ['10', true],
    ]);
    const none = one.subarray(0, HEADER_BYTES);
    none.writeInt32BE(HEADER_BYTES - 12, 8);
    none.writeInt32BE(0, 57);
    expect(
      messagesOf(response(none)).map(({ offset, isControlRecord }) => [offset, isControlRecord]),
    ).toEqual([['10', true]]);
  });

  describe('what cannot be read', () => {
    const LIMIT = 100_000;
    const spaces = async (length: number, firstOffset = 0): Promise<Buffer> =>
      compressed(
        await encoded({
          firstOffset,
          firstTimestamp: 5,
          logAppendTime: false,
          messages: [{ value: Buffer.alloc(length, ' '), timestampDelta: 0, headers: {} }],
        }),
        1,
        gzipSync,
      );

    it('stands there with its bytes and its offsets, and what comes behind it is read', async () => {
      const [damaged, large, good] = [
        await spaces(10),
        await spaces(LIMIT, 1),
        await spaces(20, 2),
      ];
      damaged.fill(7, HEADER_BYTES + 4);
      const [first, second, third] = messagesOf(
        response(Buffer.concat([damaged, large, good])),
        new Inflation(4 * LIMIT, LIMIT),
      );
      expect(first).toBeInstanceOf(UnreadableBatch);
      expect(first).toMatchObject({
        firstOffset: '0',
        offset: '0',
        reason: 'damaged_batch',
        raw: damaged,
        value: null,
      });
      expect(second).toMatchObject({
        firstOffset: '1',
        offset: '1',
        reason: 'oversized_batch',
        raw: large,
      });
      expect(third!.value).toEqual(Buffer.alloc(20, ' '));
    });

    it('is not what only this fetch has no room for: that waits, and each partition has its turn', async () => {
      const large = await spaces(60_000);
      const two = response(large, undefined, 0, 2);
      const counts = (first: number): number[] =>
        decodeFetch(two, first, new Inflation(LIMIT, LIMIT)).responses[0]!.partitions.map(
          ({ messages }) => messages.length,
        );
      expect([counts(0), counts(1), counts(2)]).toEqual([
        [1, 0],
        [0, 1],
        [1, 0],
      ]);
    });

    it('a count of records that would fill the memory', async () => {
      const one = await spaces(50_000);
      one.writeInt32BE(1_000_000, 57);
      expect(messagesOf(response(one), new Inflation(4 * LIMIT, LIMIT))).toMatchObject([
        { reason: 'oversized_batch' },
      ]);
    });

    it('whatever the bytes of a batch are', async () => {
      const one = await encoded(fc.sample(batch, 1)[0]!);
      fc.assert(
        fc.property(
          fc.integer({ min: 21, max: one.length - 1 }),
          fc.nat(255),
          fc.boolean(),
          (at, byte, gzip) => {
            const broken = gzip ? compressed(one, 1, gzipSync) : Buffer.from(one);
            if (at < broken.length) broken[at] = byte;
            expect(messagesOf(response(broken)).length).toBeGreaterThan(0);
          },
        ),
      );
    });
  });

  it('reads messages of the formats before record batches, compressed or not', async () => {
    const old = require('kafkajs/src/protocol/message/v1') as (args: object) => { buffer: Buffer };
    const entry = (offset: number, body: Buffer): Buffer =>
      new Encoder().writeInt64(offset).writeInt32(body.length).writeBuffer(body).buffer;
    const message = (value: Buffer, compression = 0): Buffer =>
      old({ key: 'k', value, timestamp: 1_790_000_000_123, compression }).buffer;
    const plainSet = Buffer.concat([
      entry(5, message(Buffer.from('a'))),
      entry(6, message(Buffer.from('b'))),
    ]);
    const inner = Buffer.concat([
      entry(0, message(Buffer.from('c'))),
      entry(1, message(Buffer.from('d'))),
    ]);
    const outer = entry(8, message(gzipSync(inner), 1));
    const damaged = entry(9, message(Buffer.from('no gzip'), 1));
    const seen = messagesOf(
      response(
        Buffer.concat([
          plainSet,
          outer,
          damaged,
          entry(10, message(Buffer.from('e'))).subarray(0, 20),
        ]),
      ),
    );
    expect(
      seen.map(({ offset, value, timestamp }) => [offset, value?.toString(), timestamp]),
    ).toEqual([
      ['5', 'a', '1790000000123'],
      ['6', 'b', '1790000000123'],
      ['7', 'c', '1790000000123'],
      ['8', 'd', '1790000000123'],
      ['9', undefined, '-1'],
    ]);
    expect(seen.at(-1)).toMatchObject({ reason: 'damaged_batch' });
  });

  it.each([
    ['its length leads back to itself', -12],
    ['its length leads back to the one before', -40],
    ['it has no length', 0],
    ['it ends within its fields', 20],
    ['it is longer than what it is in', 1000],
    ['its offset is before that of an earlier one', 22, 5],
  ])('ends where %s, of a message in a compressed one', (_, length, firstOffset = 0) => {
    const entry = (offset: number, size: number, fields: Buffer): Buffer =>
      new Encoder().writeInt64(offset).writeInt32(size).writeBuffer(fields).buffer;
    // Checksum, version 1, attributes, timestamp, and neither key nor value.
    const fields = (attributes: number, value?: Buffer): Buffer =>
      new Encoder()
        .writeInt32(0)
        .writeInt8(1)
        .writeInt8(attributes)
        .writeInt64(1_790_000_000_123)
        .writeInt32(-1)
        .writeInt32(value?.length ?? -1)
        .writeBuffer(value ?? Buffer.alloc(0)).buffer;
    const inner = Buffer.concat([entry(firstOffset, 22, fields(0)), entry(1, length, fields(0))]);
    const outer = fields(1, gzipSync(inner));
    const seen = messagesOf(response(entry(8, outer.length, outer)));
    expect(seen).toMatchObject([{ offset: '8', reason: 'damaged_batch' }]);
  });

  it('throws at what is no response, and never anything else than an error', async () => {
    fc.assert(
      fc.property(bytes, (noise) => {
        try {
          decodeFetch(noise);
        } catch (error) {
          expect(types.isNativeError(error)).toBe(true);
        }
      }),
    );
  });
});

describe('onFetchedEnd', () => {
  const fetch = require('kafkajs/src/protocol/requests/fetch') as {
    protocol: (version: {
      version: number;
    }) => (args: object) => { response: { decode: (bytes: Buffer) => Promise<unknown> } };
  };
  const NOT_LEADER = 6;
  const told: unknown[][] = [];
  const fetched = (bytesOfAll: Buffer) =>
    fetch.protocol({ version: 11 })({ topics: [] }).response.decode(bytesOfAll);

  beforeAll(decodeFetchInOnePass);
  beforeEach(() => void told.splice(0));

  it('tells where a partition ends, and whether there was nothing to give, until it is ended', async () => {
    const end = onFetchedEnd((...args) => told.push(args));
    await fetched(response(Buffer.alloc(0)));
    expect(told).toEqual([['telemetry.raw', 7, '5000000000', true]]);
    await fetched(response(await encoded(fc.sample(batch, 1)[0]!)));
    expect(told[1]).toEqual(['telemetry.raw', 7, '5000000000', false]);
    end();
    await fetched(response(Buffer.alloc(0)));
    expect(told).toHaveLength(2);
  });

  it('tells nothing of a partition that could not be fetched', async () => {
    const end = onFetchedEnd((...args) => told.push(args));
    await fetched(response(Buffer.alloc(0), NONE_ABORTED, NOT_LEADER));
    expect(told).toEqual([]);
    end();
  });
});
