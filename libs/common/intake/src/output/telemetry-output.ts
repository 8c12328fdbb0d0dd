import type { Logger } from 'pino';
import { GroupCommitProducer, type KafkaEnv, type OutgoingRecord } from '@iot/kafka';
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
}

/**
 * Where accepted readings go: the telemetry topic, acknowledged by all in-sync replicas. It may
 * start before Kafka does: until then sends wait, and miss their deadline.
 */
export class TelemetryOutput {
  readonly producer: GroupCommitProducer;
  private readonly connection: LastingConnection;
  private timeouts = 0;
  private reportedAt = 0;

  constructor(private readonly options: TelemetryOutputOptions) {
    const { config, clientId, metrics, log, budget } = options;
    const deadlineMs = config.INGEST_DEADLINE_MS;
    const timeoutMs = Math.max(deadlineMs, 1000);
    this.connection = new LastingConnection(config, log, { clientId, timeoutMs });
    this.producer = new GroupCommitProducer({
      send: (records) => this.send(records),
      lanes: config.PRODUCER_SENDS_IN_FLIGHT,
      maxRecords: config.PRODUCER_MAX_RECORDS,
      maxBytes: MAX_SEND_BYTES,
      deadlineMs,
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
    await this.producer.close();
    await this.connection.close();
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
