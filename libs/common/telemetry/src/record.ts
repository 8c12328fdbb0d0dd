import { positionEventId } from './event-id.js';
import type { ReadingParser } from './parser.js';
import type { Reading } from './reading.js';

/**
 * What a worker needs of a Kafka record. `topic`, `partition` and `offset` are those of the
 * original record, also on a retry topic.
 */
export interface TelemetryRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** Epoch ms: when the reading arrived. */
  readonly receivedAt: number;
  /** The value as UTF-8 text, where that is to be had without making the value's buffer first. */
  valueText?(): string | null;
  /** Whether the key is this ASCII text, likewise. */
  keyIs?(text: string): boolean;
}

/** Why a record can never be handled: a word for metrics and a sentence for people. */
export interface Undecodable {
  readonly reason:
    | 'null_value'
    | 'missing_key'
    | 'invalid_utf8'
    | 'not_json'
    | 'invalid_reading'
    | 'key_mismatch'
    | 'invalid_timestamp';
  readonly message: string;
}

export type Decoded =
  | { readonly reading: Reading; readonly undecodable?: undefined }
  | { readonly reading?: undefined; readonly undecodable: Undecodable };

const utf8 = new TextDecoder('utf-8', { fatal: true });
const refuse = (reason: Undecodable['reason'], message: string): Decoded => ({
  undecodable: { reason, message },
});

/** Clocks differ, but a record does not arrive so long after now. */
const FARTHEST_AHEAD_MS = 86_400_000;

/**
 * Turns a record of `telemetry.raw` into a reading, by the rules of the ingestion API: what these
 * count from is the record's own timestamp, when it arrived. A producer may write any number there,
 * so it must be a time, and of a reading without one it is checked as that would be.
 * @param now epoch ms
 */
export function decodeRecord(record: TelemetryRecord, parser: ReadingParser, now: number): Decoded {
  if (!(record.receivedAt >= 0 && record.receivedAt <= now + FARTHEST_AHEAD_MS))
    return refuse(
      'invalid_timestamp',
      `the record's timestamp, ${record.receivedAt}, is no time at which it may have arrived`,
    );
  const text = record.valueText ? record.valueText() : (record.value?.toString('utf8') ?? null);
  if (text === null) return refuse('null_value', 'the record has no value (a tombstone)');
  let body: unknown;
  // U+FFFD is what toString leaves where bytes are no UTF-8; only then is the strict decoder asked.
  if (text.includes('\uFFFD') && !isUtf8(record.value!))
    return refuse('invalid_utf8', 'the value is not valid UTF-8');
  try {
    body = JSON.parse(text);
  } catch (error) {
    return refuse('not_json', `the value is not JSON: ${(error as Error).message}`);
  }
  const newEventId = (): string => positionEventId(record.topic, record.partition, record.offset);
  const parsed = parser.parse(body, record.receivedAt, newEventId, true, now);
  if (parsed.errors)
    return refuse(
      'invalid_reading',
      parsed.errors.map(({ field, message }) => `${field || 'the value'} ${message}`).join('; '),
    );
  if (!keyIs(record, parsed.reading.deviceId))
    return refuseKey(record.key, parsed.reading.deviceId);
  return { reading: parsed.reading };
}

function refuseKey(key: Buffer | null, deviceId: string): Decoded {
  if (key === null || key.length === 0)
    return refuse('missing_key', 'the record has no key; the key is the device_id');
  return refuse(
    'key_mismatch',
    `the key is not the device_id ${deviceId}: readings of one device must share a partition`,
  );
}

function isUtf8(bytes: Buffer): boolean {
  try {
    utf8.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

function keyIs(record: TelemetryRecord, text: string): boolean {
  return record.keyIs ? record.keyIs(text) : record.key !== null && sameText(record.key, text);
}

/** `text` is ASCII. Cheaper for short texts than to make a string of the bytes. */
function sameText(bytes: Buffer, text: string): boolean {
  if (bytes.length !== text.length) return false;
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== text.charCodeAt(i)) return false;
  return true;
}

/** `topic/partition/offset` of the original record: what `telemetry_raw.source` holds. */
export const sourceOf = (record: Pick<TelemetryRecord, 'topic' | 'partition' | 'offset'>): string =>
  `${record.topic}/${record.partition}/${record.offset}`;
