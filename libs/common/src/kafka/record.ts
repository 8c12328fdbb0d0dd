import type { IHeaders, KafkaMessage } from 'kafkajs';
import type { TelemetryRecord } from '../telemetry/index.js';
import { FetchedMessage } from './fetch-decoding.js';

/** A record as consumed. `topic`, `partition` and `offset` are of the original record; `at` is where it was read, which differs on a retry topic. */
export interface ConsumedRecord extends TelemetryRecord {
  readonly headers: IHeaders;
  readonly at: { readonly topic: string; readonly partition: number; readonly offset: string };
  /** Times it was delivered before. */
  readonly deliveries: number;
}

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

/** The text of a header, the last value where it occurs more than once; undefined when absent. */
export function headerText(headers: IHeaders | undefined, name: string): string | undefined {
  const value = headers?.[name];
  const last = Array.isArray(value) ? value.at(-1) : value;
  return last?.toString();
}

const WHOLE = /^\d{1,19}$/;

/** A record of a topic that is no retry topic, read where it was produced: it makes nothing of its own. */
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

  get timestamp(): number {
    return this.message.timestampMs;
  }

  get headers(): IHeaders {
    return this.message.headers;
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

/** Reads a message; on a retry topic the original place comes from its headers, and where these are missing or foreign its own place counts. */
export function consumedRecord(topic: string, partition: number, message: KafkaMessage, isRetry: boolean): ConsumedRecord {
  if (!isRetry && message instanceof FetchedMessage) return new OriginalRecord(topic, partition, message);
  const { key, value, offset } = message;
  const headers = message.headers ?? {};
  const at = { topic, partition, offset };
  const timestamp = Number(message.timestamp);
  if (!isRetry) return { topic, partition, offset, key, value, timestamp, headers, at, deliveries: 0 };
  const original = {
    topic: headerText(headers, DLQ_HEADER.topic),
    partition: headerText(headers, DLQ_HEADER.partition),
    offset: headerText(headers, DLQ_HEADER.offset),
  };
  const usable = original.topic && WHOLE.test(original.partition ?? '') && WHOLE.test(original.offset ?? '');
  const count = headerText(headers, DLQ_HEADER.deliveryCount);
  return {
    topic: usable ? original.topic! : topic,
    partition: usable ? Number(original.partition) : partition,
    offset: usable ? original.offset! : offset,
    key,
    value,
    timestamp,
    headers,
    at,
    deliveries: WHOLE.test(count ?? '') ? Number(count) : 0,
  };
}
