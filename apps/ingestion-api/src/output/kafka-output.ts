import { setTimeout as delay } from 'node:timers/promises';
import {
  createKafka,
  ensureTopics,
  GroupCommitProducer,
  keyPartitioner,
  platformTopics,
  type Admin,
  type Kafka,
  type OutgoingRecord,
  type Producer,
} from '@iot/kafka';
import { jitteredBackoff, type ByteBudget } from '@iot/resilience';
import type { Logger } from '@iot/service';
import type { IngestionConfig } from '../config.js';
import type { IngestionMetrics } from '../metrics.js';

const RECONNECT = { firstMs: 200, maxMs: 2000 };
/** A record batch must stay below the broker's message.max.bytes, 1 MB by default. */
const MAX_SEND_BYTES = 700_000;
/**
 * A connection may be dead without anybody having said so; after this many time-outs in a row a new
 * one is tried.
 */
const TIMEOUTS_UNTIL_RENEWAL = 2;
const REPORT_EVERY_MS = 10_000;

interface Connection {
  readonly producer: Producer;
  readonly admin: Admin;
}

/**
 * Where accepted readings go. It may start before Kafka does: until then sends wait, and miss their
 * deadline.
 */
export class KafkaOutput {
  readonly producer: GroupCommitProducer;
  private readonly kafka: Kafka;
  private connection: Connection | undefined;
  private whyNot = 'not connected yet';
  private timeouts = 0;
  private connecting: Promise<void> = Promise.resolve();
  private readonly closing = new AbortController();
  private reportedAt = 0;

  constructor(
    private readonly config: IngestionConfig,
    private readonly metrics: IngestionMetrics,
    private readonly log: Logger,
    budget: ByteBudget,
  ) {
    const deadlineMs = config.INGEST_DEADLINE_MS;
    // Retrying is the group commit's: it knows which records somebody still waits for.
    const retry = { initialRetryTime: 50, maxRetryTime: 500, retries: 1 };
    this.kafka = createKafka(config, 'ingestion-api', log, {
      requestTimeout: Math.max(deadlineMs, 1000),
      retry,
    });
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
  }

  /** Connects in the background, for as long as it takes. */
  start(): void {
    this.connecting = this.connect();
  }

  /** @throws Error saying why readings would not be accepted now */
  async check(): Promise<void> {
    if (!this.connection) throw new Error(this.whyNot);
    const { topics } = await this.connection.admin.fetchTopicMetadata({
      topics: [this.config.TELEMETRY_TOPIC],
    });
    if (!topics[0]?.partitions.length)
      throw new Error(`topic ${this.config.TELEMETRY_TOPIC} does not exist`);
  }

  /** Ends when what was accepted is acknowledged or past its deadline. */
  async close(): Promise<void> {
    await this.producer.close();
    this.closing.abort();
    if (this.connection) await disconnect(this.connection);
    await this.connecting;
  }

  private async send(messages: OutgoingRecord[]): Promise<void> {
    if (!this.connection) throw new Error(this.whyNot);
    await this.connection.producer.send({
      topic: this.config.TELEMETRY_TOPIC,
      messages,
      acks: -1,
      timeout: this.config.INGEST_DEADLINE_MS,
    });
  }

  private async connect(): Promise<void> {
    for (let attempt = 0; !this.closing.signal.aborted; attempt++) {
      const producer = this.kafka.producer({
        allowAutoTopicCreation: false,
        createPartitioner: keyPartitioner,
        retry: { retries: 0 },
      });
      const fresh = { producer, admin: this.kafka.admin() };
      try {
        await Promise.all([fresh.producer.connect(), fresh.admin.connect()]);
        await ensureTopics(fresh.admin, platformTopics(this.config));
        if (this.closing.signal.aborted) return await disconnect(fresh);
        this.connection = fresh;
        this.log.info({ topic: this.config.TELEMETRY_TOPIC }, 'connected to Kafka');
        return;
      } catch (error) {
        this.whyNot = `Kafka at ${this.config.KAFKA_BOOTSTRAP_SERVERS.join(', ')}: ${(error as Error).message}`;
        if (attempt === 0)
          this.log.warn(
            { reason: this.whyNot },
            'Kafka is not reachable; trying again until it is',
          );
        await disconnect(fresh);
        await delay(jitteredBackoff(attempt, RECONNECT, Math.random()), undefined, {
          signal: this.closing.signal,
        }).catch(() => undefined);
      }
    }
  }

  private sendFailed(error: Error): void {
    this.metrics.produceFailures.inc();
    if (timedOut(error) && ++this.timeouts >= TIMEOUTS_UNTIL_RENEWAL) this.renew();
    const now = Date.now();
    if (now - this.reportedAt < REPORT_EVERY_MS) return;
    this.reportedAt = now;
    this.log.error(
      { reason: error.message, topic: this.config.TELEMETRY_TOPIC },
      'a send to Kafka failed; its records are sent again until their deadline',
    );
  }

  private renew(): void {
    if (!this.connection) return;
    const dead = this.connection;
    this.connection = undefined;
    this.timeouts = 0;
    this.whyNot = 'Kafka does not answer; connecting anew';
    this.log.warn('Kafka does not answer; connecting anew');
    void disconnect(dead);
    this.connecting = this.connect();
  }
}

function timedOut(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if (cause.name === 'KafkaJSRequestTimeoutError') return true;
  return false;
}

/** Never fails: what is gone is disconnected. */
async function disconnect({ producer, admin }: Connection): Promise<void> {
  await Promise.allSettled([producer.disconnect(), admin.disconnect()]);
}
