import type { Producer } from 'kafkajs';
import type { Logger } from 'pino';
import type { ConsumerMetrics } from '../metrics/index.js';
import { deadLetterHeaders, retryDelayMs, StoreUnwell, type RecordFailure } from './failure.js';
import { headerText, type ConsumedRecord } from './record.js';
import { retryTopic } from './topics.js';

/** Epoch ms before which a record on a retry topic is not handled. */
export const RETRY_DUE_HEADER = '__retry.due';

export interface RoutingOptions {
  readonly group: string;
  readonly telemetryTopic: string;
  readonly dlqTopic: string;
  readonly maxRetries: number;
  readonly retryBaseDelayMs: number;
}

/** When a record of a retry topic may be handled, epoch ms. Without a usable header, or with one beyond the topic's own delay: at most that delay from now. */
export function dueAt(record: ConsumedRecord, topicDelayMs: number, now: number): number {
  const due = Number(headerText(record.headers, RETRY_DUE_HEADER));
  return Number.isFinite(due) ? Math.min(due, now + topicDelayMs) : 0;
}

/** Sends failed records on: to the group's next retry topic, or to the dead letters. Key, value, timestamp and foreign headers stay byte for byte. */
export class FailureRouter {
  constructor(
    private readonly producer: Producer,
    private readonly options: RoutingOptions,
    private readonly metrics: ConsumerMetrics,
    private readonly log: Logger,
  ) {}

  /**
   * Resolves when Kafka holds every one of them.
   * @throws StoreUnwell when Kafka did not take them: the offset must not be committed
   */
  async send(failures: readonly RecordFailure[], now: number): Promise<void> {
    if (failures.length === 0) return;
    const { group, telemetryTopic, dlqTopic, maxRetries, retryBaseDelayMs } = this.options;
    const routed = failures.map((failure) => {
      const hop = failure.record.deliveries + 1;
      const retry = !failure.permanent && hop <= maxRetries;
      const headers = deadLetterHeaders(failure, group, now);
      if (retry) headers[RETRY_DUE_HEADER] = String(now + retryDelayMs(hop, retryBaseDelayMs));
      else delete headers[RETRY_DUE_HEADER];
      return { failure, headers, topic: retry ? retryTopic(telemetryTopic, group, hop) : dlqTopic };
    });
    try {
      for (const chunk of chunksOf(routed)) {
        const byTopic = Map.groupBy(chunk, ({ topic }) => topic);
        await this.producer.sendBatch({
          acks: -1,
          topicMessages: [...byTopic].map(([topic, entries]) => ({
            topic,
            messages: entries.map(({ failure: { record }, headers }) => ({
              key: record.key,
              value: record.value,
              timestamp: String(record.timestamp),
              headers,
            })),
          })),
        });
      }
    } catch (error) {
      throw new StoreUnwell(`Kafka did not take ${failures.length} failed records`, error);
    }
    for (const { failure, topic } of routed) {
      if (topic === dlqTopic) this.metrics.deadLettered.inc({ stage: failure.stage, reason: failure.reason });
      else this.metrics.retried.inc({ topic });
      const { topic: from, partition, offset } = failure.record;
      this.log.warn(
        { topic: from, partition, offset, to: topic, stage: failure.stage, reason: failure.reason, error: failure.message },
        'record set aside',
      );
    }
  }
}

/** Below a broker's usual limit of 1 MiB for what one request brings to a partition, with the room that headers take. */
const CHUNK_BYTES = 384 * 1024;
const CHUNK_RECORDS = 500;
const HEADER_BYTES = 1536;

function* chunksOf<T extends { readonly failure: RecordFailure }>(routed: readonly T[]): Generator<T[]> {
  let chunk: T[] = [];
  let bytes = 0;
  for (const entry of routed) {
    const size = (entry.failure.record.value?.length ?? 0) + HEADER_BYTES;
    if (chunk.length === CHUNK_RECORDS || (chunk.length > 0 && bytes + size > CHUNK_BYTES)) {
      yield chunk;
      chunk = [];
      bytes = 0;
    }
    chunk.push(entry);
    bytes += size;
  }
  if (chunk.length > 0) yield chunk;
}
