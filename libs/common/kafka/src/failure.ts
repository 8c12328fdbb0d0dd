import { headerText, withHeaders, type RecordHeaders } from './headers.js';
import { DLQ_HEADER, SET_ASIDE_HEADER, type ConsumedRecord } from './record.js';

/** One record that could not be handled. */
export interface RecordFailure {
  readonly record: ConsumedRecord;
  /** Where it failed: decode, store, … */
  readonly stage: string;
  /** A word for metrics, few in number. */
  readonly reason: string;
  readonly message: string;
  /** True: no retry can help. */
  readonly permanent: boolean;
}

const MAX_MESSAGE_BYTES = 1024;

/** Text cut to a number of UTF-8 bytes, at a character's edge. */
export function cutBytes(text: string, bytes = MAX_MESSAGE_BYTES): string {
  const encoded = Buffer.from(text);
  if (encoded.length <= bytes) return text;
  let end = bytes - 3;
  while (end > 0 && (encoded[end]! & 0xc0) === 0x80) end--;
  return `${encoded.toString('utf8', 0, end)}…`;
}

/**
 * The headers of a record on its way to a retry topic or to the dead letters: its own, and what
 * failed. They replace those of an earlier hop; the time of the first failure stays.
 * @param now epoch ms
 */
export function deadLetterHeaders(
  { record, stage, reason, message }: RecordFailure,
  group: string,
  now: number,
): RecordHeaders {
  return withHeaders(record.headers, {
    [DLQ_HEADER.topic]: record.topic,
    [DLQ_HEADER.partition]: String(record.partition),
    [DLQ_HEADER.offset]: record.offset,
    [DLQ_HEADER.group]: group,
    [DLQ_HEADER.deliveryCount]: String(record.deliveries + 1),
    [DLQ_HEADER.message]: cutBytes(message),
    [DLQ_HEADER.exception]: reason,
    [DLQ_HEADER.stage]: stage,
    [DLQ_HEADER.timestamp]: headerText(record.headers, DLQ_HEADER.timestamp) ?? String(now),
    [SET_ASIDE_HEADER.arrived]: record.receivedAtText,
    [SET_ASIDE_HEADER.lastOffset]: record.unreadable?.offset,
    [SET_ASIDE_HEADER.valueCut]: undefined,
    [SET_ASIDE_HEADER.keyCut]: undefined,
    [SET_ASIDE_HEADER.headersCut]: undefined,
  });
}

/** That a batch cannot be read, which no retry helps. */
export const unreadableFailure = (record: ConsumedRecord): RecordFailure => {
  const { reason, explanation, firstOffset, offset } = record.unreadable!;
  const message = `the batch of offsets ${firstOffset} to ${offset} cannot be read: ${explanation}`;
  return { record, stage: 'fetch', reason, message, permanent: true };
};

/** Delay of retry topic `n` (from 1), in milliseconds. */
export const retryDelayMs = (n: number, baseMs: number, factor = 5): number =>
  baseMs * factor ** (n - 1);
