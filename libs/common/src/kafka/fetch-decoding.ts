import { createRequire } from 'node:module';
import type { IHeaders } from 'kafkajs';

/** What kafkajs makes of a fetch response, as far as it uses it. */
interface FetchResponse {
  readonly throttleTime: 0;
  readonly clientSideThrottleTime: number;
  readonly errorCode: number;
  readonly sessionId: number;
  readonly responses: { topicName: string; partitions: PartitionResponse[] }[];
}

interface PartitionResponse {
  readonly partition: number;
  readonly errorCode: number;
  readonly highWatermark: string;
  readonly lastStableOffset: string;
  readonly lastStartOffset: string;
  readonly abortedTransactions: [];
  readonly preferredReadReplica: number;
  readonly messages: FetchedMessage[];
}

/** Told how far a partition reaches, as a fetch response says it: the offset that the next record gets. */
export type EndListener = (topic: string, partition: number, end: string) => void;

type Decode = (bytes: Buffer) => Promise<Pick<FetchResponse, 'responses'>>;
type Protocol = (args: object) => { response: { decode: Decode } };

const require = createRequire(import.meta.url);
/** The version that kafkajs speaks with every broker since Kafka 2.3. */
const VERSION = 11;
const endListeners = new Set<EndListener>();
let done = false;

/**
 * From now on tells the end of each partition that any consumer of this process fetches from, also of those where it finds nothing: kafkajs keeps
 * that to itself. The function that is returned ends it.
 */
export function onFetchedEnd(listener: EndListener): () => void {
  endListeners.add(listener);
  return () => void endListeners.delete(listener);
}

/**
 * kafkajs 2.2.4 makes a decoder, three buffers and five BigInts of each record it fetches. This reads the same response in one pass and makes
 * of a record only what is asked for. Responses with something out of the ordinary (compressed, transactional, of an old format) are left to kafkajs.
 */
export function decodeFetchInOnePass(): void {
  if (done) return;
  done = true;
  const fetch = require('kafkajs/src/protocol/requests/fetch') as { protocol: (version: { version: number }) => Protocol };
  const original = fetch.protocol;
  fetch.protocol = ({ version }) => {
    const protocol = original({ version });
    if (version !== VERSION) return protocol;
    return (args) => {
      const made = protocol(args);
      const decode: Decode = async (bytes) => {
        const response = decodeFetch(bytes) ?? (await made.response.decode(bytes));
        tellEnds(response);
        return response;
      };
      return { ...made, response: { ...made.response, decode } };
    };
  };
}

function tellEnds({ responses }: Pick<FetchResponse, 'responses'>): void {
  for (const listener of endListeners)
    for (const { topicName, partitions } of responses)
      for (const { partition, errorCode, highWatermark } of partitions) if (errorCode === 0) listener(topicName, partition, highWatermark);
}

const NO_HEADERS: IHeaders = Object.freeze({});

/** A record as fetched; a kafkajs `KafkaMessage` whose parts stay in the response's bytes until they are asked for. */
export class FetchedMessage {
  readonly attributes = 0;
  readonly isControlRecord = false;

  constructor(
    private readonly bytes: Buffer,
    private readonly keyStart: number,
    private readonly keyEnd: number,
    private readonly valueStart: number,
    private readonly valueEnd: number,
    readonly timestampMs: number,
    readonly offset: string,
    readonly headers: IHeaders,
  ) {}

  get key(): Buffer | null {
    return this.keyStart < 0 ? null : this.bytes.subarray(this.keyStart, this.keyEnd);
  }

  get value(): Buffer | null {
    return this.valueStart < 0 ? null : this.bytes.subarray(this.valueStart, this.valueEnd);
  }

  get timestamp(): string {
    return String(this.timestampMs);
  }

  get size(): number {
    return Math.max(0, this.keyEnd - this.keyStart) + Math.max(0, this.valueEnd - this.valueStart);
  }

  /** The value as UTF-8 text, without a buffer in between; null for a tombstone. */
  valueText(): string | null {
    return this.valueStart < 0 ? null : this.bytes.toString('utf8', this.valueStart, this.valueEnd);
  }

  /** Whether the key is this text, which has ASCII characters only. */
  keyIs(text: string): boolean {
    const { bytes, keyStart } = this;
    if (keyStart < 0 || this.keyEnd - keyStart !== text.length) return false;
    for (let i = 0; i < text.length; i++) if (bytes[keyStart + i] !== text.charCodeAt(i)) return false;
    return true;
  }
}

/** Thrown at what kafkajs shall decode. */
class OutOfTheOrdinary extends Error {}

/** A whole response of version 11; undefined: kafkajs's own decoder is to be asked. */
export function decodeFetch(bytes: Buffer): FetchResponse | undefined {
  try {
    const cursor = new Cursor(bytes);
    const clientSideThrottleTime = cursor.int32();
    const errorCode = cursor.int16();
    const sessionId = cursor.int32();
    const responses = cursor.array(() => ({ topicName: cursor.string(), partitions: cursor.array(() => partitionResponse(cursor)) }));
    return { throttleTime: 0, clientSideThrottleTime, errorCode, sessionId, responses };
  } catch {
    // Ends of bytes included: kafkajs says what it thinks of them.
    return undefined;
  }
}

function partitionResponse(cursor: Cursor): PartitionResponse {
  const partition = cursor.int32();
  const errorCode = cursor.int16();
  const highWatermark = String(cursor.int64());
  const lastStableOffset = String(cursor.int64());
  const lastStartOffset = String(cursor.int64());
  if (cursor.int32() > 0) throw new OutOfTheOrdinary('aborted transactions');
  const preferredReadReplica = cursor.int32();
  const messages: FetchedMessage[] = [];
  const length = cursor.int32();
  if (length > 0) {
    const end = cursor.at + length;
    if (end > cursor.bytes.length) throw new OutOfTheOrdinary('a record set that is cut off');
    while (end - cursor.at >= BATCH_HEADER_BYTES && readBatch(cursor, end, messages));
    cursor.at = end;
  }
  return {
    partition,
    errorCode,
    highWatermark,
    lastStableOffset,
    lastStartOffset,
    abortedTransactions: [],
    preferredReadReplica,
    messages,
  };
}

/** Of a record batch, from its first offset to the number of its records. */
const BATCH_HEADER_BYTES = 61;
const BYTES_BEFORE_LENGTH_COUNTS = 12;
const MAGIC = 2;
const LOG_APPEND_TIME = 0x08;

/** Reads one record batch. False: it is the last one, cut off where the fetch's size was reached. */
function readBatch(cursor: Cursor, end: number, into: FetchedMessage[]): boolean {
  const { bytes } = cursor;
  const firstOffset = cursor.int64();
  const batchEnd = cursor.int32() + cursor.at;
  if (batchEnd > end) return false;
  cursor.at += 4;
  if (bytes[cursor.at] !== MAGIC || batchEnd - cursor.at < BATCH_HEADER_BYTES - BYTES_BEFORE_LENGTH_COUNTS - 4)
    throw new OutOfTheOrdinary('not a record batch of version 2');
  cursor.at += 5;
  const attributes = cursor.int16();
  if ((attributes & ~LOG_APPEND_TIME) !== 0) throw new OutOfTheOrdinary('compressed, transactional or a control batch');
  cursor.at += 4;
  const firstTimestamp = cursor.int64();
  const maxTimestamp = cursor.int64();
  cursor.at += 14;
  const count = cursor.int32();
  const appendTime = (attributes & LOG_APPEND_TIME) !== 0 && maxTimestamp !== 0;
  for (let i = 0; i < count; i++) {
    const recordEnd = cursor.varint() + cursor.at;
    if (recordEnd > batchEnd) throw new OutOfTheOrdinary('a record beyond its batch');
    cursor.at++;
    const timestampDelta = cursor.varint();
    const offset = firstOffset + cursor.varint();
    const keyLength = cursor.varint();
    const keyStart = keyLength < 0 ? -1 : cursor.at;
    const keyEnd = keyStart + Math.max(0, keyLength);
    if (keyLength > 0) cursor.at = keyEnd;
    const valueLength = cursor.varint();
    const valueStart = valueLength < 0 ? -1 : cursor.at;
    const valueEnd = valueStart + Math.max(0, valueLength);
    if (valueLength > 0) cursor.at = valueEnd;
    const headers = readHeaders(cursor);
    if (cursor.at > recordEnd) throw new OutOfTheOrdinary('a record longer than it says');
    const timestamp = appendTime ? maxTimestamp : firstTimestamp + timestampDelta;
    into.push(new FetchedMessage(bytes, keyStart, keyEnd, valueStart, valueEnd, timestamp, String(offset), headers));
    cursor.at = recordEnd;
  }
  cursor.at = batchEnd;
  return true;
}

function readHeaders(cursor: Cursor): IHeaders {
  const count = cursor.varint();
  if (count <= 0) return NO_HEADERS;
  const headers: Record<string, Buffer | string | (Buffer | string)[] | undefined> = {};
  for (let i = 0; i < count; i++) {
    const name = cursor.slice(cursor.varint());
    if (name === null) throw new OutOfTheOrdinary('a header without a name');
    const key = name.toString('utf8');
    if (key === '__proto__') throw new OutOfTheOrdinary('a header that is no plain property');
    // kafkajs gives null here, which its types do not know.
    const value = cursor.slice(cursor.varint()) as Buffer;
    const earlier = headers[key];
    headers[key] = earlier === undefined ? value : Array.isArray(earlier) ? [...earlier, value] : [earlier, value];
  }
  return headers as IHeaders;
}

class Cursor {
  at = 0;

  constructor(readonly bytes: Buffer) {}

  int16(): number {
    return this.bytes.readInt16BE((this.at += 2) - 2);
  }

  int32(): number {
    return this.bytes.readInt32BE((this.at += 4) - 4);
  }

  int64(): number {
    const value = Number(this.bytes.readBigInt64BE((this.at += 8) - 8));
    if (!Number.isSafeInteger(value)) throw new OutOfTheOrdinary('a number beyond 2^53');
    return value;
  }

  /** Zigzag-encoded, of up to 10 bytes. */
  varint(): number {
    const { bytes } = this;
    let byte = bytes[this.at++]!;
    if (byte < 0x80) return (byte >>> 1) ^ -(byte & 1);
    let value = byte & 0x7f;
    for (let factor = 0x80; byte >= 0x80; factor *= 0x80) {
      byte = bytes[this.at++]!;
      value += (byte & 0x7f) * factor;
    }
    if (!(value <= Number.MAX_SAFE_INTEGER)) throw new OutOfTheOrdinary('a number beyond 2^53');
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  string(): string {
    const length = this.int16();
    return this.bytes.toString('utf8', this.at, (this.at += length));
  }

  array<T>(read: () => T): T[] {
    const length = this.int32();
    const items: T[] = [];
    for (let i = 0; i < length; i++) items.push(read());
    return items;
  }

  slice(length: number): Buffer | null {
    return length < 0 ? null : this.bytes.subarray(this.at, (this.at += length));
  }
}
