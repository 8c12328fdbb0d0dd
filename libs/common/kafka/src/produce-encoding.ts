import { gzipSync } from 'node:zlib';
import { crc32c } from './crc32c.js';
import type { RecordHeader, RecordHeaders } from './headers.js';

type Bytes = Buffer | string | null | undefined;

interface Message {
  readonly key?: Bytes;
  readonly value: Bytes;
  readonly timestamp?: string | number | null;
  readonly headers?: Readonly<Record<string, Bytes | Bytes[]>> | RecordHeaders;
}

export interface ProduceArguments {
  readonly acks: number;
  readonly timeout: number;
  readonly compression?: number;
  readonly transactionalId?: string | null;
  readonly producerId?: { toString(): string };
  readonly producerEpoch?: number;
  readonly topicData: readonly {
    topic: string;
    partitions: readonly {
      partition: number;
      firstSequence?: number;
      messages: readonly Message[];
    }[];
  }[];
}

const MAGIC = 2;
/** Of a record batch, from its first offset to the number of its records. */
const BATCH_HEADER_BYTES = 61;
const MAX_DELTA_MS = 0x7fff_ffff;
const GZIP = 1;
const LENGTH_COUNTS_FROM = 12;
const ATTRIBUTES_AT = 21;

/** A record's parts as they are written; lengths in bytes. */
interface Sized {
  readonly message: Message;
  /**
   * From the batch's first timestamp; a bigint where the times of a batch are too far apart for the
   * short way.
   */
  readonly delta: number | bigint;
  readonly headers: RecordHeaders;
  readonly body: number;
}

interface SizedBatch {
  readonly partition: number;
  readonly firstSequence: number;
  readonly first: number | bigint;
  readonly max: number | bigint;
  readonly records: readonly Sized[];
  readonly bytes: number;
  /** The whole batch, where it is compressed. */
  readonly compressed?: Buffer;
}

/** The body of a produce request; undefined for one that is beyond what this encodes. */
export function encodeProduce(args: ProduceArguments): Buffer | undefined {
  const { acks, timeout, compression = 0, transactionalId, producerId, topicData } = args;
  const ours =
    (compression === 0 || compression === GZIP) &&
    !transactionalId &&
    (producerId === undefined || String(producerId) === '-1');
  if (!ours) return undefined;
  const now = Date.now();
  const topics: { topic: string; batches: SizedBatch[] }[] = [];
  let total = 2 + 2 + 4 + 4;
  for (const { topic, partitions } of topicData) {
    const batches: SizedBatch[] = [];
    total += 2 + Buffer.byteLength(topic) + 4;
    for (const { partition, firstSequence = 0, messages } of partitions) {
      const sized = sizeBatch(partition, firstSequence, messages, now);
      const batch = compression === GZIP ? gzipped(sized, args.producerEpoch ?? 0) : sized;
      total += 4 + 4 + batch.bytes;
      batches.push(batch);
    }
    topics.push({ topic, batches });
  }
  const out = Buffer.allocUnsafe(total);
  let at = out.writeInt16BE(-1, 0);
  at = out.writeInt16BE(acks, at);
  at = out.writeInt32BE(timeout, at);
  at = out.writeInt32BE(topics.length, at);
  for (const { topic, batches } of topics) {
    const length = out.write(topic, at + 2);
    out.writeInt16BE(length, at);
    at = out.writeInt32BE(batches.length, at + 2 + length);
    for (const batch of batches) {
      at = out.writeInt32BE(batch.partition, at);
      at = out.writeInt32BE(batch.bytes, at);
      at = batch.compressed
        ? at + batch.compressed.copy(out, at)
        : writeBatch(out, at, batch, args.producerEpoch ?? 0);
    }
  }
  return out;
}

function sizeBatch(
  partition: number,
  firstSequence: number,
  messages: readonly Message[],
  now: number,
): SizedBatch {
  let first = Infinity;
  let max = -Infinity;
  for (const { timestamp } of messages) {
    if (timestamp === undefined || timestamp === null) continue;
    const time = Number(timestamp);
    if (time < first) first = time;
    if (time > max) max = time;
  }
  if (first === Infinity) first = max = now;
  const records: Sized[] = [];
  let bytes = BATCH_HEADER_BYTES;
  for (let i = 0; i < messages.length; i++) {
    const message = messages[i]!;
    const delta = Number(message.timestamp || now) - first;
    if (!(delta >= 0 && delta <= MAX_DELTA_MS) || !Number.isSafeInteger(first))
      return sizeFarApart(partition, firstSequence, messages, now);
    const record = sized(message, i, delta, varintSize(delta));
    records.push(record);
    bytes += varintSize(record.body) + record.body;
  }
  return { partition, firstSequence, first, max, records, bytes };
}

/** The same for times that are anywhere in 64 bits. */
function sizeFarApart(
  partition: number,
  firstSequence: number,
  messages: readonly Message[],
  now: number,
): SizedBatch {
  const times = messages.map(({ timestamp }) => BigInt.asIntN(64, BigInt(timestamp || now)));
  const first = times[0]!;
  const max = times.reduce((a, b) => (a > b ? a : b));
  let bytes = BATCH_HEADER_BYTES;
  const records = messages.map((message, i) => {
    const delta = BigInt.asIntN(64, times[i]! - first);
    const record = sized(message, i, delta, longVarint(delta).length);
    bytes += varintSize(record.body) + record.body;
    return record;
  });
  return { partition, firstSequence, first, max, records, bytes };
}

function sized(message: Message, index: number, delta: number | bigint, deltaSize: number): Sized {
  const headers = message.headers === undefined ? NO_HEADERS : flatten(message.headers);
  let body =
    1 +
    deltaSize +
    varintSize(index) +
    sizeOf(message.key) +
    sizeOf(message.value) +
    varintSize(headers.length);
  for (const [name, value] of headers) body += sizeOf(name) + sizeOf(value);
  return { message, delta, headers, body };
}

const NO_HEADERS: RecordHeaders = [];

/** One entry for each value. @throws TypeError for a value that is no text and no bytes */
function flatten(
  headers: Readonly<Record<string, Bytes | Bytes[]>> | RecordHeaders,
): RecordHeaders {
  if (Array.isArray(headers)) return headers as RecordHeaders;
  const byName = headers as Readonly<Record<string, Bytes | Bytes[]>>;
  const entries: RecordHeader[] = [];
  for (const name of Object.keys(byName)) {
    const given = byName[name];
    for (const value of Array.isArray(given) ? given : [given]) {
      if (
        value !== null &&
        value !== undefined &&
        typeof value !== 'string' &&
        !Buffer.isBuffer(value)
      )
        throw new TypeError(`the header ${name} is no text and no bytes`);
      entries.push([name, value ?? null]);
    }
  }
  return entries;
}

/** The batch with its records compressed. */
function gzipped(batch: SizedBatch, producerEpoch: number): SizedBatch {
  const plain = Buffer.allocUnsafe(batch.bytes);
  writeBatch(plain, 0, batch, producerEpoch);
  const compressed = Buffer.concat([
    plain.subarray(0, BATCH_HEADER_BYTES),
    gzipSync(plain.subarray(BATCH_HEADER_BYTES)),
  ]);
  compressed.writeInt32BE(compressed.length - LENGTH_COUNTS_FROM, 8);
  compressed.writeInt16BE(GZIP, ATTRIBUTES_AT);
  compressed.writeUInt32BE(crc32c(compressed.subarray(ATTRIBUTES_AT)), ATTRIBUTES_AT - 4);
  return { ...batch, bytes: compressed.length, compressed };
}

function writeBatch(out: Buffer, start: number, batch: SizedBatch, producerEpoch: number): number {
  const { records, first, max, firstSequence, bytes } = batch;
  let at = writeInt64(out, 0, start);
  at = out.writeInt32BE(bytes - LENGTH_COUNTS_FROM, at);
  at = out.writeInt32BE(0, at);
  at = out.writeInt8(MAGIC, at);
  const crcAt = at;
  at = out.writeInt16BE(0, at + 4);
  at = out.writeInt32BE(records.length - 1, at);
  at = writeInt64(out, first, at);
  at = writeInt64(out, max, at);
  at = out.fill(0xff, at, at + 8) && at + 8;
  at = out.writeInt16BE(producerEpoch, at);
  at = out.writeInt32BE(firstSequence, at);
  at = out.writeInt32BE(records.length, at);
  for (let i = 0; i < records.length; i++) {
    const { message, delta, headers, body } = records[i]!;
    at = writeVarint(out, body, at);
    out[at++] = 0;
    at =
      typeof delta === 'number'
        ? writeVarint(out, delta, at)
        : at + longVarint(delta).copy(out, at);
    at = writeVarint(out, i, at);
    at = writeBytes(out, message.key, at);
    at = writeBytes(out, message.value, at);
    at = writeVarint(out, headers.length, at);
    for (const [name, value] of headers) at = writeBytes(out, value, writeBytes(out, name, at));
  }
  out.writeUInt32BE(crc32c(out.subarray(crcAt + 4, at)), crcAt);
  return at;
}

/** A whole number of at most 53 bits, or a bigint of at most 64. */
function writeInt64(out: Buffer, value: number | bigint, at: number): number {
  if (typeof value === 'bigint') return out.writeBigInt64BE(value, at);
  out.writeInt32BE(Math.floor(value / 0x1_0000_0000), at);
  return out.writeUInt32BE(((value % 0x1_0000_0000) + 0x1_0000_0000) % 0x1_0000_0000, at + 4);
}

/** Bytes of a number from 0 to 2³¹ − 1 as a zigzag varint. */
const varintSize = (value: number): number =>
  value < 64 ? 1 : value < 8192 ? 2 : value < 1_048_576 ? 3 : value < 134_217_728 ? 4 : 5;

function writeVarint(out: Buffer, value: number, at: number): number {
  let rest = (value << 1) >>> 0;
  while (rest > 127) {
    out[at++] = (rest & 127) | 128;
    rest >>>= 7;
  }
  out[at++] = rest;
  return at;
}

/** A number of 64 bits as a zigzag varint. */
function longVarint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}

/** Of a length and what has it. */
function sizeOf(value: Bytes): number {
  if (value === null || value === undefined) return 1;
  const length = typeof value === 'string' ? Buffer.byteLength(value) : value.length;
  return varintSize(length) + length;
}

function writeBytes(out: Buffer, value: Bytes, at: number): number {
  if (value === null || value === undefined) {
    out[at] = 1;
    return at + 1;
  }
  if (typeof value !== 'string') {
    at = writeVarint(out, value.length, at);
    return at + value.copy(out, at);
  }
  const length = Buffer.byteLength(value);
  at = writeVarint(out, length, at);
  if (length === value.length && length < SHORT) {
    for (let i = 0; i < length; i++) out[at + i] = value.charCodeAt(i);
    return at + length;
  }
  return at + out.write(value, at);
}

/** Texts below this length are copied faster here than by a call into Node. */
const SHORT = 24;
