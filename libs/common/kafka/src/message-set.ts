import { CODEC_MASK } from './compression/inflate.js';
import { InflatesTooLarge } from './compression/output.js';
import { Cursor, Malformed } from './fetch-cursor.js';
import {
  FetchedMessage,
  OddlyTimedMessage,
  UnreadableBatch,
  type Fetched,
} from './fetched-message.js';
import { NO_HEADERS } from './headers.js';
import { NotInThisFetch, type Inflation } from './inflation.js';

/** Where an entry of any format says its version. */
export const MAGIC_AT = 16;
const ENTRY_HEADER_BYTES = 12;
const LOG_APPEND_TIME = 0x08;
/** What Kafka calls a record of version 0, which has no time. */
const NO_TIMESTAMP = -1;

interface Entry {
  readonly offset: number;
  readonly attributes: number;
  readonly timestamp: number | bigint;
  readonly key: readonly [start: number, end: number];
  readonly value: readonly [start: number, end: number];
}

/**
 * Reads one message of version 0 or 1, as Kafka had them before 0.11 and as an old log may hold
 * them still; of a compressed one, those in it.
 * @returns false: it is cut off, or has to wait for the next fetch
 */
export function readMessage(
  cursor: Cursor,
  end: number,
  into: Fetched[],
  inflation: Inflation,
): boolean {
  const start = cursor.at;
  const offset = cursor.int64();
  const entryEnd = cursor.int32() + cursor.at;
  if (entryEnd > end) return false;
  if (entryEnd <= start + ENTRY_HEADER_BYTES) throw new Malformed('a message without a body');
  const before = into.length;
  try {
    const entry = readEntry(cursor, offset, entryEnd);
    if ((entry.attributes & CODEC_MASK) === 0)
      into.push(messageOf(cursor.bytes, entry, entry.offset, entry.timestamp));
    else readInner(cursor.bytes, entry, into, inflation);
  } catch (error) {
    into.length = before;
    if (error instanceof NotInThisFetch) return false;
    const reason = error instanceof InflatesTooLarge ? 'oversized_batch' : 'damaged_batch';
    const raw = Buffer.from(cursor.bytes.subarray(start, entryEnd));
    into.push(
      new UnreadableBatch(
        raw,
        String(offset),
        String(offset),
        String(NO_TIMESTAMP),
        reason,
        (error as Error).message,
      ),
    );
  }
  cursor.at = entryEnd;
  return true;
}

function readEntry(cursor: Cursor, offset: number, end: number): Entry {
  cursor.at += 4;
  const magic = cursor.int8();
  const attributes = cursor.int8();
  const timestamp = magic === 0 ? NO_TIMESTAMP : cursor.exactInt64();
  const key = readBytes(cursor, end);
  const value = readBytes(cursor, end);
  if (cursor.at > end) throw new Malformed('a message shorter than its fields');
  return { offset, attributes, timestamp, key, value };
}

function readBytes(cursor: Cursor, end: number): readonly [number, number] {
  const length = cursor.int32();
  if (length < 0) return [-1, -1];
  const start = cursor.at;
  cursor.at += length;
  if (cursor.at > end) throw new Malformed('a message longer than it says');
  return [start, cursor.at];
}

/**
 * The messages in a compressed one. Of version 1 their offsets count from the first, and the outer
 * one has the offset of the last.
 */
function readInner(bytes: Buffer, outer: Entry, into: Fetched[], inflation: Inflation): void {
  const [start, end] = outer.value;
  if (start < 0) throw new Malformed('a compressed message without a value');
  const inflated = inflation.inflate(outer.attributes & CODEC_MASK, bytes.subarray(start, end), 0);
  const cursor = new Cursor(inflated);
  const inner: Entry[] = [];
  while (cursor.at < inflated.length) {
    const offset = cursor.int64();
    const entryEnd = cursor.int32() + cursor.at;
    if (entryEnd > inflated.length) throw new Malformed('a message beyond what it is in');
    // Throws where that leads back: the fields end before it.
    inner.push(readEntry(cursor, offset, entryEnd));
    cursor.at = entryEnd;
  }
  const last = inner.at(-1);
  if (!last) throw new Malformed('a compressed message with nothing in it');
  const base = outer.offset - last.offset;
  for (const entry of inner) {
    // Whoever goes on behind it would pass over what lies between.
    if (entry.offset > last.offset) throw new Malformed('a message behind the last one');
    const appendTime = (outer.attributes & LOG_APPEND_TIME) !== 0;
    into.push(
      messageOf(
        inflated,
        entry,
        base + entry.offset,
        appendTime ? outer.timestamp : entry.timestamp,
      ),
    );
  }
}

function messageOf(
  bytes: Buffer,
  { key, value }: Entry,
  offset: number,
  timestamp: number | bigint,
): FetchedMessage {
  const rest = [bytes, ...key, ...value, Number(timestamp), String(offset), NO_HEADERS] as const;
  return typeof timestamp === 'number'
    ? new FetchedMessage(...rest)
    : new OddlyTimedMessage(timestamp, ...rest);
}
