import { CompressionTypes, type IHeaders, type Producer } from 'kafkajs';
import type { Logger } from 'pino';
import type { ConsumerMetrics } from '@iot/metrics';
import { BackendUnavailable } from '@iot/resilience';
import { aboutRecord } from './about-record.js';
import { deadLetterHeaders, retryDelayMs, type RecordFailure } from './failure.js';
import { asWritableHeaders, headerText, withHeaders, type RecordHeaders } from './headers.js';
import { cutForms, wholeForms, type Form } from './letter-forms.js';
import type { ConsumedRecord } from './record.js';
import { isRefusal } from './refusal.js';
import { runsOnTheLibrary } from './surgery/install.js';
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

/**
 * When a record of a retry topic may be handled, epoch ms. Without a usable header, or with one
 * beyond the topic's own delay: at most that delay from now.
 */
export function dueAt(record: ConsumedRecord, topicDelayMs: number, now: number): number {
  const due = Number(headerText(record.headers, RETRY_DUE_HEADER));
  return Number.isFinite(due) ? Math.min(due, now + topicDelayMs) : 0;
}

/** A failed record and where it goes. */
interface Routed {
  readonly failure: RecordFailure;
  readonly headers: RecordHeaders;
  topic: string;
}

/**
 * Sends failed records on: to the group's next retry topic, or to the dead letters. Key, value,
 * timestamp and foreign headers stay byte for byte, but for a record that the topic does not take:
 * it goes compressed, or to the dead letters without what is too large, with a mark.
 */
export class FailureRouter {
  constructor(
    private readonly producer: Producer,
    private readonly options: RoutingOptions,
    private readonly metrics: ConsumerMetrics,
    private readonly log: Logger,
  ) {}

  /**
   * Resolves when Kafka holds every one of them.
   * @throws BackendUnavailable when Kafka did not take them: the offset must not be committed
   */
  async send(failures: readonly RecordFailure[], now: number): Promise<void> {
    if (failures.length === 0) return;
    const { dlqTopic } = this.options;
    const routed = failures.map((failure) => this.route(failure, now));
    try {
      for (const chunk of chunksOf(routed)) await this.sendChunk(chunk, now);
    } catch (error) {
      throw new BackendUnavailable(`Kafka did not take ${failures.length} failed records`, error);
    }
    for (const { failure, topic } of routed) {
      if (topic === dlqTopic)
        this.metrics.deadLettered.inc({ stage: failure.stage, reason: failure.reason });
      else this.metrics.retried.inc({ topic });
      this.log.warn(
        {
          ...aboutRecord(failure.record),
          to: topic,
          stage: failure.stage,
          reason: failure.reason,
          error: failure.message,
        },
        'record set aside',
      );
    }
  }

  private route(failure: RecordFailure, now: number): Routed {
    const { group, telemetryTopic, dlqTopic, maxRetries, retryBaseDelayMs } = this.options;
    const hop = failure.record.deliveries + 1;
    const retry = !failure.permanent && hop <= maxRetries;
    const due = retry ? String(now + retryDelayMs(hop, retryBaseDelayMs)) : undefined;
    const headers = withHeaders(deadLetterHeaders(failure, group, now), {
      [RETRY_DUE_HEADER]: due,
    });
    return { failure, headers, topic: retry ? retryTopic(telemetryTopic, group, hop) : dlqTopic };
  }

  private async sendChunk(chunk: readonly Routed[], now: number): Promise<void> {
    const byTopic = Map.groupBy(chunk, ({ topic }) => topic);
    const whole = ({ failure, headers }: Routed): Form =>
      wholeForms(failure.record, headers, now)[0]!;
    try {
      await this.produce(
        new Map([...byTopic].map(([topic, entries]) => [topic, entries.map(whole)])),
      );
    } catch (error) {
      if (!isRefusal(error)) throw error;
      for (const entry of chunk) await this.sendAlone(entry, now);
    }
  }

  /**
   * In the first form that Kafka takes. When it takes none, not even a few hundred bytes, it is
   * Kafka that is unwell.
   */
  private async sendAlone(entry: Routed, now: number): Promise<void> {
    const { record } = entry.failure;
    const refusal = await this.sendAs(entry.topic, wholeForms(record, entry.headers, now));
    if (refusal === undefined) return;
    // A retry must have the whole of it.
    entry.topic = this.options.dlqTopic;
    const headers = withHeaders(entry.headers, { [RETRY_DUE_HEADER]: undefined });
    const last = await this.sendAs(entry.topic, cutForms(record, headers, now));
    if (last !== undefined) throw last;
  }

  /** Returns why the last form was refused; undefined when one was taken. */
  private async sendAs(topic: string, forms: readonly Form[]): Promise<Error | undefined> {
    let refusal: Error | undefined;
    for (const form of forms) {
      try {
        await this.produce(new Map([[topic, [form]]]));
        return undefined;
      } catch (error) {
        if (!isRefusal(error)) throw error;
        refusal = error;
      }
    }
    return refusal;
  }

  private async produce(byTopic: ReadonlyMap<string, readonly Form[]>): Promise<void> {
    const gzip = [...byTopic.values()].some((forms) => forms.some((form) => form.gzip));
    await this.producer.sendBatch({
      acks: -1,
      ...(gzip && { compression: CompressionTypes.GZIP }),
      topicMessages: [...byTopic].map(([topic, forms]) => ({
        topic,
        messages: forms.map(asMessage),
      })),
    });
  }
}

/** kafkajs has headers by name, its own encoder too; what encodes them here takes the list. */
export const asMessage = <T extends { readonly headers: RecordHeaders }>({
  headers,
  ...rest
}: T) => ({
  ...rest,
  headers: runsOnTheLibrary() ? asWritableHeaders(headers) : (headers as unknown as IHeaders),
});

/**
 * Below a broker's usual limit of 1 MiB for what one request brings to a partition, with the room
 * that headers take.
 */
const CHUNK_BYTES = 384 * 1024;
const CHUNK_RECORDS = 500;
/** Of a record itself and of each header. */
const OVERHEAD_BYTES = 32;

function* chunksOf(routed: readonly Routed[]): Generator<Routed[]> {
  let chunk: Routed[] = [];
  let bytes = 0;
  for (const entry of routed) {
    const size = bytesOf(entry);
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

function bytesOf({ failure: { record }, headers }: Routed): number {
  let bytes = (record.key?.length ?? 0) + (record.value?.length ?? 0) + OVERHEAD_BYTES;
  for (const [name, value] of headers) bytes += name.length + (value?.length ?? 0) + OVERHEAD_BYTES;
  return bytes;
}
