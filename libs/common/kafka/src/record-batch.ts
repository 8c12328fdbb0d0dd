import { InflatesTooLarge } from './compression/output.js';
import { CODEC_MASK } from './compression/inflate.js';
import { Cursor, Malformed } from './fetch-cursor.js';
import {
  FetchedMessage,
  HiddenRecords,
  OddlyTimedMessage,
  UnreadableBatch,
  type Fetched,
} from './fetched-message.js';
import { NO_HEADERS, type RecordHeader, type RecordHeaders } from './headers.js';
import { NotInThisFetch, type Inflation } from './inflation.js';

/** Of a record batch, from its first offset to the number of its records. */
export const BATCH_HEADER_BYTES = 61;
const LAST_OFFSET_DELTA_AT = 23;
const MAGIC = 2;
const LOG_APPEND_TIME = 0x08;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;
/** Length, attributes, time, offset, key, value, headers: a byte each. */
const SHORTEST_RECORD = 7;
/** Version and type, of the key of a transaction's marker. */
const ABORT = 0;

/**
 * Transactions that were taken back, as a fetch response names them, and which of them are open
 * where the reading is.
 */
export class Aborted {
  private readonly open = new Set<bigint>();

  /** @param transactions in order of their first offsets */
  constructor(private readonly transactions: { producerId: bigint; firstOffset: bigint }[]) {}

  advance(offset: number): void {
    while (this.transactions.length > 0 && this.transactions[0]!.firstOffset <= offset)
      this.open.add(this.transactions.shift()!.producerId);
  }

  has(producerId: bigint): boolean {
    return this.open.has(producerId);
  }

  end(producerId: bigint): void {
    this.open.delete(producerId);
  }
}

interface BatchHeader {
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly attributes: number;
  readonly firstTimestamp: number | bigint;
  readonly maxTimestamp: number | bigint;
  readonly producerId: bigint;
  readonly count: number;
}

/**
 * Reads one record batch and whatever its records are: read, hidden, or one that stands for a batch
 * which cannot be read.
 * @returns false: it is the last one, cut off where the fetch's size was reached, or it has to wait
 *   for the next fetch
 * @throws Malformed when the batch does not even say where it ends
 */
export function readBatch(
  cursor: Cursor,
  end: number,
  into: Fetched[],
  aborted: Aborted | undefined,
  inflation: Inflation,
): boolean {
  const { bytes } = cursor;
  const start = cursor.at;
  const firstOffset = cursor.int64();
  const batchEnd = cursor.int32() + cursor.at;
  if (batchEnd > end) return false;
  if (batchEnd < start + BATCH_HEADER_BYTES) throw new Malformed('a batch shorter than its header');
  const before = into.length;
  let lastOffset = firstOffset;
  try {
    cursor.at += 4;
    if (bytes[cursor.at] !== MAGIC) throw new Malformed(`a batch of version ${bytes[cursor.at]}`);
    lastOffset += Math.max(0, bytes.readInt32BE(start + LAST_OFFSET_DELTA_AT));
    cursor.at += 5;
    const attributes = cursor.int16();
    cursor.at += 4;
    const firstTimestamp = cursor.exactInt64();
    const maxTimestamp = cursor.exactInt64();
    const producerId = aborted === undefined ? -1n : bytes.readBigInt64BE(cursor.at);
    cursor.at += 14;
    const count = cursor.int32();
    const header = {
      firstOffset,
      lastOffset,
      attributes,
      firstTimestamp,
      maxTimestamp,
      producerId,
      count,
    };
    if (!isHidden(cursor, header, aborted)) readRecords(header, cursor, batchEnd, into, inflation);
  } catch (error) {
    if (error instanceof NotInThisFetch) {
      into.length = before;
      return false;
    }
    into.length = before;
    into.push(unreadable(bytes.subarray(start, batchEnd), firstOffset, lastOffset, error));
  }
  const last = into.length > before ? into[into.length - 1] : undefined;
  // Nothing of a batch may be left of it, and still it has its place in the log.
  if (last === undefined || last.offset !== String(lastOffset))
    into.push(new HiddenRecords(String(lastOffset)));
  cursor.at = batchEnd;
  return true;
}

/** Whether nobody may see the records of a batch. */
function isHidden(
  cursor: Cursor,
  { attributes, firstOffset, producerId }: BatchHeader,
  aborted: Aborted | undefined,
): boolean {
  const control = (attributes & CONTROL) !== 0;
  if (aborted === undefined) return control;
  aborted.advance(firstOffset);
  if (!control) return (attributes & TRANSACTIONAL) !== 0 && aborted.has(producerId);
  if (markerType(cursor) === ABORT) aborted.end(producerId);
  return true;
}

function markerType(cursor: Cursor): number {
  cursor.varint();
  cursor.at++;
  cursor.exactVarint();
  cursor.varint();
  cursor.varint();
  return cursor.bytes.readInt16BE(cursor.at + 2);
}

function readRecords(
  header: BatchHeader,
  cursor: Cursor,
  batchEnd: number,
  into: Fetched[],
  inflation: Inflation,
): void {
  const { attributes, count } = header;
  const codec = attributes & CODEC_MASK;
  if (codec === 0) return readPlainRecords(header, cursor, batchEnd, into);
  const inflated = inflation.inflate(
    codec,
    cursor.bytes.subarray(cursor.at, batchEnd),
    Math.max(0, count),
  );
  readPlainRecords(header, new Cursor(inflated), inflated.length, into);
}

function readPlainRecords(header: BatchHeader, cursor: Cursor, end: number, into: Fetched[]): void {
  const { bytes } = cursor;
  const { firstOffset, attributes, firstTimestamp, maxTimestamp, count } = header;
  if (count * SHORTEST_RECORD > end - cursor.at)
    throw new Malformed('more records than there is room for');
  const appendTime = (attributes & LOG_APPEND_TIME) !== 0 && maxTimestamp !== 0;
  for (let i = 0; i < count; i++) {
    const recordEnd = cursor.varint() + cursor.at;
    if (!(recordEnd <= end)) throw new Malformed('a record beyond its batch');
    cursor.at++;
    const timestampDelta = cursor.exactVarint();
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
    if (!(cursor.at <= recordEnd)) throw new Malformed('a record longer than it says');
    const timestamp = appendTime ? maxTimestamp : plus(firstTimestamp, timestampDelta);
    into.push(
      typeof timestamp === 'number'
        ? new FetchedMessage(
            bytes,
            keyStart,
            keyEnd,
            valueStart,
            valueEnd,
            timestamp,
            String(offset),
            headers,
          )
        : new OddlyTimedMessage(
            timestamp,
            bytes,
            keyStart,
            keyEnd,
            valueStart,
            valueEnd,
            Number(timestamp),
            String(offset),
            headers,
          ),
    );
    cursor.at = recordEnd;
  }
}

/** In 64 bits, as Java adds; a bigint where a number would not be exact. */
function plus(a: number | bigint, b: number | bigint): number | bigint {
  if (typeof a === 'number' && typeof b === 'number' && Number.isSafeInteger(a + b)) return a + b;
  const sum = BigInt.asIntN(64, BigInt(a) + BigInt(b));
  const number = Number(sum);
  return Number.isSafeInteger(number) ? number : sum;
}

function readHeaders(cursor: Cursor): RecordHeaders {
  const count = cursor.varint();
  if (count <= 0) return NO_HEADERS;
  const headers: RecordHeader[] = [];
  for (let i = 0; i < count; i++) {
    const name = cursor.slice(cursor.varint());
    if (name === null) throw new Malformed('a header without a name');
    headers.push([nameOf(name), cursor.slice(cursor.varint())]);
  }
  return headers;
}

function nameOf(bytes: Buffer): string | Buffer {
  const text = bytes.toString('utf8');
  return text.includes('\uFFFD') && !Buffer.from(text).equals(bytes) ? bytes : text;
}

function unreadable(
  raw: Buffer,
  firstOffset: number,
  lastOffset: number,
  error: unknown,
): UnreadableBatch {
  const reason = error instanceof InflatesTooLarge ? 'oversized_batch' : 'damaged_batch';
  const MAX_TIMESTAMP_AT = 35;
  const timestamp = String(raw.readBigInt64BE(MAX_TIMESTAMP_AT));
  // What is kept must not keep the whole response.
  return new UnreadableBatch(
    Buffer.from(raw),
    String(firstOffset),
    String(lastOffset),
    timestamp,
    reason,
    (error as Error).message,
  );
}
