import type { Logger } from 'pino';
import {
  GroupCommitProducer,
  platformTopics,
  type KafkaEnv,
  type OutgoingRecord,
  type Producer,
  type TopicSettings,
} from '@iot/kafka';
import type { Gauge } from '@iot/metrics';
import type { ByteBudget } from '@iot/resilience';
import type { IntakeConfig } from '../config.js';
import type { IntakeMetrics } from '../metrics.js';
import { LastingConnection } from './connection.js';

/** A record batch must stay below the broker's message.max.bytes, 1 MB by default. */
const MAX_SEND_BYTES = 700_000;
/**
 * A connection may be dead without anybody having said so; after this many time-outs in a row a new
 * one is tried.
 */
const TIMEOUTS_UNTIL_RENEWAL = 2;
const REPORT_EVERY_MS = 10_000;

export interface TelemetryOutputOptions {
  readonly config: KafkaEnv & IntakeConfig;
  /** How the process is called at the broker. */
  readonly clientId: string;
  readonly metrics: IntakeMetrics;
  readonly log: Logger;
  /** Bounds what is held: unacknowledged records, and whatever else the process counts there. */
  readonly budget: ByteBudget;
  /** How long records may wait for Kafka; absent: INGEST_DEADLINE_MS. */
  readonly deadlineMs?: number;
  /** Topics that are written to besides those of the platform. */
  readonly topics?: readonly TopicSettings[];
}

/** Produces records to another topic: with acks=all, or throws. */
export type SendElsewhere = (producer: Producer, records: OutgoingRecord[]) => Promise<unknown>;

/**
 * Where accepted readings go: the telemetry topic, acknowledged by all in-sync replicas. It may
 * start before Kafka does: until then sends wait, and miss their deadline.
 */
export class TelemetryOutput {
  readonly producer: GroupCommitProducer;
  private readonly connection: LastingConnection;
  private readonly others: GroupCommitProducer[] = [];
  private timeouts = 0;
  private reportedAt = 0;

  constructor(private readonly options: TelemetryOutputOptions) {
    const { config, clientId, metrics, log, budget } = options;
    const timeoutMs = Math.max(config.INGEST_DEADLINE_MS, 1000);
    const topics = (): TopicSettings[] => [...platformTopics(config), ...(options.topics ?? [])];
    this.connection = new LastingConnection(config, log, { clientId, timeoutMs, topics });
    this.producer = new GroupCommitProducer({
      ...this.limits,
      send: (records) => this.send(records),
      lanes: config.PRODUCER_SENDS_IN_FLIGHT,
      budget,
      listener: {
        sent: (records, seconds) => {
          this.timeouts = 0;
          metrics.produceRecords.observe(records);
          metrics.produceSeconds.observe(seconds);
        },
        failed: (error) => this.sendFailed(error),
        deadlineMissed: () => metrics.deadlineMisses.inc(),
      },
    });
    metrics.bufferLimit.set(budget.limit);
    showWhenAsked(metrics.bufferBytes, () => budget.used);
    showWhenAsked(metrics.inFlight, () => this.producer.sendsInFlight);
  }

  /** A group commit of its own to another topic, on the same connection, with the same deadline. */
  elsewhere(send: SendElsewhere): GroupCommitProducer {
    const producer = new GroupCommitProducer({
      ...this.limits,
      send: (records) => send(this.connection.clients.producer, records),
      lanes: 1,
      budget: this.options.budget,
      listener: { failed: (error) => this.sendFailed(error) },
    });
    this.others.push(producer);
    return producer;
  }

  /** Connects in the background, for as long as it takes. */
  start(): void {
    this.connection.start();
  }

  /** @throws Error saying why readings would not be accepted now */
  async check(): Promise<void> {
    const topic = this.options.config.TELEMETRY_TOPIC;
    const { topics } = await this.connection.clients.admin.fetchTopicMetadata({ topics: [topic] });
    if (!topics[0]?.partitions.length) throw new Error(`topic ${topic} does not exist`);
  }

  /** Ends when what was accepted is acknowledged or past its deadline. */
  async close(): Promise<void> {
    await Promise.all([this.producer, ...this.others].map((producer) => producer.close()));
    await this.connection.close();
  }

  private get limits() {
    const { config, deadlineMs = config.INGEST_DEADLINE_MS } = this.options;
    return { maxRecords: config.PRODUCER_MAX_RECORDS, maxBytes: MAX_SEND_BYTES, deadlineMs };
  }

  private async send(messages: OutgoingRecord[]): Promise<void> {
    const { TELEMETRY_TOPIC: topic, INGEST_DEADLINE_MS: timeout } = this.options.config;
    await this.connection.clients.producer.send({ topic, messages, acks: -1, timeout });
  }

  private sendFailed(error: Error): void {
    const { config, metrics, log } = this.options;
    metrics.produceFailures.inc();
    if (timedOut(error) && ++this.timeouts >= TIMEOUTS_UNTIL_RENEWAL) {
      this.timeouts = 0;
      this.connection.renew();
    }
    const now = Date.now();
    if (now - this.reportedAt < REPORT_EVERY_MS) return;
    this.reportedAt = now;
    log.error(
      { reason: error.message, topic: config.TELEMETRY_TOPIC },
      'a send to Kafka failed; its records are sent again until their deadline',
    );
  }
}

function timedOut(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if (cause.name === 'KafkaJSRequestTimeoutError') return true;
  return false;
}

/** prom-client asks a gauge's `collect`, which its type does not have. */
function showWhenAsked(gauge: Gauge, value: () => number): void {
  (gauge as unknown as { collect: () => void }).collect = () => gauge.set(value());
}
