import { createRequire } from 'node:module';
import fc from 'fast-check';
import { decodeFetch, decodeFetchInOnePass, onFetchedEnd } from './fetch-decoding.js';

const require = createRequire(import.meta.url);
const theirs = require('kafkajs/src/protocol/requests/fetch/v11/response') as { decode: (bytes: Buffer) => Promise<Response> };
const Encoder = require('kafkajs/src/protocol/encoder') as new () => Bytes;
const RecordBatch = require('kafkajs/src/protocol/recordBatch/v0') as { RecordBatch: (args: object) => Promise<Bytes> };
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
  responses: { partitions: { messages: Message[] }[] }[];
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
  timestampDelta: fc.oneof(fc.nat(1000), fc.integer({ min: -1000, max: 2_000_000_000 }), fc.integer({ min: 0, max: 2 ** 45 })),
  headers: fc.dictionary(
    fc.string({ unit: 'binary', maxLength: 20 }).filter((name) => name !== '__proto__'),
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
const OTHER_ATTRIBUTES = { compressed: 1, transactional: 0x10, control: 0x20 };

async function encoded({ firstOffset, firstTimestamp, logAppendTime, messages }: Batch, attributes = 0): Promise<Buffer> {
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

function response(recordSet: Buffer, aborted = 0, errorCode = 0): Buffer {
  const out = new Encoder().writeInt32(3).writeInt16(0).writeInt32(0).writeInt32(1).writeString('telemetry.raw').writeInt32(1);
  out.writeInt32(7).writeInt16(errorCode).writeInt64(5_000_000_000).writeInt64(5_000_000_000).writeInt64(12).writeInt32(aborted);
  for (let i = 0; i < aborted; i++) out.writeInt64(1).writeInt64(2);
  return out.writeInt32(-1).writeInt32(recordSet.length).writeBuffer(recordSet).buffer;
}

const plain = ({ responses, ...rest }: Response): object => ({
  ...rest,
  responses: responses.map(({ partitions, ...topic }) => ({
    ...topic,
    partitions: partitions.map(({ messages, ...partition }) => ({
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
      fc.asyncProperty(fc.array(batch, { maxLength: 4 }), fc.double({ min: 0, max: 1, noNaN: true }), async (batches, kept) => {
        const all = await Promise.all(batches.map((one) => encoded(one)));
        const last = all.at(-1);
        if (last && kept < 0.5) all[all.length - 1] = last.subarray(0, Math.floor(last.length * 2 * kept));
        const recordSet = Buffer.concat(all);
        const bytesOfAll = response(recordSet);
        const ours = decodeFetch(Buffer.from(bytesOfAll));
        if (ours === undefined) throw new Error('left to kafkajs');
        // kafkajs looks for the format's number in bytes that may not be there.
        if (recordSet.length > 0 && recordSet.length <= MAGIC_AT) {
          expect(ours.responses[0]!.partitions[0]!.messages).toEqual([]);
          return;
        }
        expect(plain(ours as unknown as Response)).toEqual(plain(await theirs.decode(bytesOfAll)));
      }),
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
    const [first, second] = decodeFetch(response(await encoded(one)))!.responses[0]!.partitions[0]!.messages;
    expect([first!.valueText(), first!.keyIs('d1'), first!.keyIs('d2'), first!.keyIs('d'), first!.timestampMs, first!.size]).toEqual([
      '{"ä":1}',
      true,
      false,
      false,
      1007,
      10,
    ]);
    expect([second!.valueText(), second!.keyIs(''), second!.value, second!.key]).toEqual([null, false, null, null]);
  });

  it.each(Object.entries(OTHER_ATTRIBUTES))('leaves to kafkajs what is %s', async (_what, attributes) => {
    const [one] = fc.sample(batch, 1);
    expect(decodeFetch(response(await encoded(one!, attributes)))).toBeUndefined();
  });

  it('leaves to kafkajs aborted transactions, messages of an old format and what is no response', async () => {
    const [one] = fc.sample(batch, 1);
    const bytesOfOne = await encoded(one!);
    expect(decodeFetch(response(bytesOfOne, 1))).toBeUndefined();
    bytesOfOne[16] = 1;
    expect(decodeFetch(response(bytesOfOne))).toBeUndefined();
    await fc.assert(fc.asyncProperty(bytes, async (noise) => void expect(() => decodeFetch(noise)).not.toThrow()));
  });
});

describe('onFetchedEnd', () => {
  const fetch = require('kafkajs/src/protocol/requests/fetch') as {
    protocol: (version: { version: number }) => (args: object) => { response: { decode: (bytes: Buffer) => Promise<unknown> } };
  };
  const NOT_LEADER = 6;
  const told: unknown[][] = [];
  const fetched = (bytesOfAll: Buffer) => fetch.protocol({ version: 11 })({ topics: [] }).response.decode(bytesOfAll);

  beforeAll(decodeFetchInOnePass);
  beforeEach(() => void told.splice(0));

  it('tells where a partition ends, of one without records too and whoever reads the response, until it is ended', async () => {
    const end = onFetchedEnd((...args) => told.push(args));
    await fetched(response(Buffer.alloc(0)));
    expect(told).toEqual([['telemetry.raw', 7, '5000000000']]);
    const leftToKafkajs = response(Buffer.alloc(0), 1);
    expect(decodeFetch(leftToKafkajs)).toBeUndefined();
    await fetched(leftToKafkajs);
    expect(told).toHaveLength(2);
    end();
    await fetched(response(Buffer.alloc(0)));
    expect(told).toHaveLength(2);
  });

  it('tells nothing of a partition that could not be fetched', async () => {
    const end = onFetchedEnd((...args) => told.push(args));
    await fetched(response(Buffer.alloc(0), 0, NOT_LEADER));
    expect(told).toEqual([]);
    end();
  });
});
