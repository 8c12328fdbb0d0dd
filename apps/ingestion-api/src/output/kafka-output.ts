import {
  createKafka,
  ensureTopics,
  GroupCommitProducer,
  jitteredBackoff,
  keyPartitioner,
  platformTopics,
  sleep,
  type Admin,
  type ByteBudget,
  type Producer,
} from '@iot/common/kafka';
import type { Logger } from '@iot/common/service';
import type { IngestionConfig } from '../config.js';
import type { IngestionMetrics } from '../metrics.js';

const RECONNECT = { firstMs: 200, maxMs: 2000 };
/** A record batch must stay below the broker's message.max.bytes, 1 MB by default. */
const MAX_SEND_BYTES = 700_000;

/** Where accepted readings go. It may start before Kafka does: until then sends wait, and miss their deadline. */
export class KafkaOutput {
  readonly producer: GroupCommitProducer;
  private readonly kafkaProducer: Producer;
  private readonly admin: Admin;
  private connected = false;
  private closing = false;
  private lastError = 'not connected yet';
  private reported = 0;

  constructor(
    private readonly config: IngestionConfig,
    private readonly metrics: IngestionMetrics,
    private readonly log: Logger,
    budget: ByteBudget,
  ) {
    const deadlineMs = config.INGEST_DEADLINE_MS;
    const kafka = createKafka(config, 'ingestion-api', log, {
      requestTimeout: Math.max(deadlineMs, 1000),
      retry: { initialRetryTime: 50, maxRetryTime: 500, retries: 1 },
    });
    this.kafkaProducer = kafka.producer({
      allowAutoTopicCreation: false,
      createPartitioner: keyPartitioner,
      retry: { retries: 0 },
    });
    this.admin = kafka.admin();
    this.producer = new GroupCommitProducer({
      send: async (messages) => {
        if (!this.connected) throw new Error(this.lastError);
        await this.kafkaProducer.send({ topic: config.TELEMETRY_TOPIC, messages, acks: -1, timeout: deadlineMs });
      },
      lanes: config.PRODUCER_SENDS_IN_FLIGHT,
      maxRecords: config.PRODUCER_MAX_RECORDS,
      maxBytes: MAX_SEND_BYTES,
      deadlineMs,
      budget,
      listener: {
        sent: (records, seconds) => {
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
    void this.connect();
  }

  /** @throws Error saying why readings would not be accepted now */
  async check(): Promise<void> {
    if (!this.connected) throw new Error(this.lastError);
    const { topics } = await this.admin.fetchTopicMetadata({ topics: [this.config.TELEMETRY_TOPIC] });
    if (!topics[0]?.partitions.length) throw new Error(`topic ${this.config.TELEMETRY_TOPIC} does not exist`);
  }

  /** Ends when what was accepted is acknowledged or past its deadline. */
  async close(): Promise<void> {
    await this.producer.close();
    this.closing = true;
    await Promise.all([this.kafkaProducer.disconnect(), this.admin.disconnect()]).catch((error: unknown) =>
      this.log.warn({ err: error }, 'Kafka did not disconnect'),
    );
  }

  private async connect(): Promise<void> {
    for (let attempt = 0; !this.closing; attempt++)
      try {
        await Promise.all([this.kafkaProducer.connect(), this.admin.connect()]);
        await ensureTopics(this.admin, platformTopics(this.config));
        this.connected = true;
        this.log.info({ topic: this.config.TELEMETRY_TOPIC }, 'connected to Kafka');
        return;
      } catch (error) {
        this.lastError = `Kafka at ${this.config.KAFKA_BOOTSTRAP_SERVERS.join(', ')}: ${(error as Error).message}`;
        if (attempt === 0) this.log.warn({ err: error }, 'Kafka is not reachable; trying again until it is');
        await sleep(jitteredBackoff(attempt, RECONNECT, Math.random()));
      }
  }

  private sendFailed(error: Error): void {
    this.metrics.produceFailures.inc();
    const now = Date.now();
    if (now - this.reported < 10_000) return;
    this.reported = now;
    this.log.error(
      { err: error, topic: this.config.TELEMETRY_TOPIC },
      'a send to Kafka failed; its records are sent again until their deadline',
    );
  }
}
