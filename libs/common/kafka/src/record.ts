import type { KafkaMessage } from 'kafkajs';
import type { TelemetryRecord } from '@iot/telemetry';
import { FetchedMessage, headerListOf, UnreadableBatch } from './fetched-message.js';
import { headersOf, headerText, NO_HEADERS, type RecordHeaders } from './headers.js';

/**
 * A record as consumed. `topic`, `partition` and `offset` are of the original record; `at` is where
 * it was read, which differs on a retry topic.
 */
export interface ConsumedRecord extends TelemetryRecord {
  /** Those with names of ours are ours: see {@link producedHeaders}. */
  readonly headers: RecordHeaders;
  /**
   * When it arrived, epoch ms in decimal, exactly: a producer may write any 64 bits, and
   * `receivedAt` rounds them.
   */
  readonly receivedAtText: string;
  readonly at: { readonly topic: string; readonly partition: number; readonly offset: string };
  /** Times it was delivered before. */
  readonly deliveries: number;
  /** Set where it stands for a whole batch that cannot be read. */
  readonly unreadable?: UnreadableBatch;
}

/** The stage of a dead letter that was refused where it came in, and was never a record. */
export const INTAKE_STAGE = 'intake';

/** What {@link deadLetterHeaders} writes. Names after KIP-1191. */
export const DLQ_HEADER = {
  topic: '__dlq.errors.topic',
  partition: '__dlq.errors.partition',
  offset: '__dlq.errors.offset',
  group: '__dlq.errors.group',
  deliveryCount: '__dlq.errors.delivery.count',
  message: '__dlq.errors.message',
  exception: '__dlq.errors.exception',
  stage: '__dlq.errors.stage',
  timestamp: '__dlq.errors.timestamp',
} as const;

/** Times a record was sent back from the dead letters. */
export const REDRIVE_COUNT_HEADER = '__dlq.redrive.count';

/**
 * What else is written on a record's way to a retry topic or to the dead letters; each only where
 * it says something.
 */
export const SET_ASIDE_HEADER = {
  /**
   * When the record arrived, epoch ms: a topic may give its records times of its own
   * (`message.timestamp.type=LogAppendTime`).
   */
  arrived: '__dlq.record.timestamp',
  /**
   * The value is not whole: how many bytes it had. The whole of it is at the topic, partition and
   * offset of the failure.
   */
  valueCut: '__dlq.value.cut',
  /** The key was left out: how many bytes it had. */
  keyCut: '__dlq.key.cut',
  /** How many headers of the record were left out. */
  headersCut: '__dlq.headers.cut',
  /**
   * The value is a whole record batch as the log has it, from the offset of the failure to this
   * one.
   */
  lastOffset: '__dlq.batch.last.offset',
} as const;

const OURS = /^__(dlq|retry)\./;

/** Whether a header says what became of a record, and is none that its producer gave it. */
export const isOurHeader = ([name]: RecordHeaders[number]): boolean =>
  typeof name === 'string' && OURS.test(name);

/**
 * The headers of a record on the topic that it was produced to. Nothing of ours is there: what has
 * such a name is the producer's, and must not be taken for the failure's time or for a redrive.
 */
export const producedHeaders = (headers: RecordHeaders): RecordHeaders =>
  headers.some(isOurHeader)
    ? headers.map((header): RecordHeaders[number] =>
        isOurHeader(header) ? [`foreign.${header[0] as string}`, header[1]] : header,
      )
    : headers;

const WHOLE = /^\d{1,19}$/;
const TIMESTAMP = /^-?\d{1,19}$/;

/**
 * A record of a topic that is no retry topic, read where it was produced: it makes nothing of its
 * own.
 */
class OriginalRecord implements ConsumedRecord {
  readonly deliveries = 0;

  constructor(
    readonly topic: string,
    readonly partition: number,
    private readonly message: FetchedMessage,
  ) {}

  get offset(): string {
    return this.message.offset;
  }

  get key(): Buffer | null {
    return this.message.key;
  }

  get value(): Buffer | null {
    return this.message.value;
  }

  get receivedAt(): number {
    return this.message.timestampMs;
  }

  get receivedAtText(): string {
    return this.message.timestamp;
  }

  get headers(): RecordHeaders {
    return producedHeaders(this.message.headerList);
  }

  get at(): this {
    return this;
  }

  valueText(): string | null {
    return this.message.valueText();
  }

  keyIs(text: string): boolean {
    return this.message.keyIs(text);
  }
}

/**
 * Reads a message; on a retry topic the original place comes from its headers, and where these are
 * missing or foreign its own place counts.
 */
export function consumedRecord(
  topic: string,
  partition: number,
  message: KafkaMessage | FetchedMessage | UnreadableBatch,
  isRetry: boolean,
): ConsumedRecord {
  if (!isRetry && message instanceof FetchedMessage)
    return new OriginalRecord(topic, partition, message);
  if (message instanceof UnreadableBatch) return unreadableRecord(topic, partition, message);
  const { key, value, offset } = message;
  const given = headersOf(headerListOf(message));
  const headers = isRetry ? given : producedHeaders(given);
  const at = { topic, partition, offset };
  const own = {
    key,
    value,
    headers,
    at,
    receivedAt: Number(message.timestamp),
    receivedAtText: message.timestamp,
  };
  if (!isRetry) return { topic, partition, offset, ...own, deliveries: 0 };
  const original = {
    topic: headerText(headers, DLQ_HEADER.topic),
    partition: headerText(headers, DLQ_HEADER.partition),
    offset: headerText(headers, DLQ_HEADER.offset),
  };
  const usable =
    original.topic && WHOLE.test(original.partition ?? '') && WHOLE.test(original.offset ?? '');
  const count = headerText(headers, DLQ_HEADER.deliveryCount);
  const arrived = receivedAt(headers, message.timestamp);
  return {
    ...own,
    topic: usable ? original.topic! : topic,
    partition: usable ? Number(original.partition) : partition,
    offset: usable ? original.offset! : offset,
    receivedAt: Number(arrived),
    receivedAtText: arrived,
    deliveries: WHOLE.test(count ?? '') ? Number(count) : 0,
  };
}

/**
 * When a record that was set aside arrived, epoch ms in decimal; `timestamp` is what its topic
 * says, and counts where the headers do not.
 */
export function receivedAt(headers: Parameters<typeof headerText>[0], timestamp: string): string {
  const arrived = headerText(headers, SET_ASIDE_HEADER.arrived);
  return arrived !== undefined && TIMESTAMP.test(arrived) ? arrived : timestamp;
}

/** The batch's bytes are its value, so that nothing of it is lost. */
function unreadableRecord(
  topic: string,
  partition: number,
  batch: UnreadableBatch,
): ConsumedRecord {
  return {
    topic,
    partition,
    offset: batch.firstOffset,
    key: null,
    value: batch.raw,
    receivedAt: Number(batch.timestamp),
    receivedAtText: batch.timestamp,
    headers: NO_HEADERS,
    at: { topic, partition, offset: batch.offset },
    deliveries: 0,
    unreadable: batch,
  };
}
