import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import {
  createKafka,
  ensureTopics,
  keyPartitioner,
  type Admin,
  type Kafka,
  type KafkaEnv,
  type Producer,
  type TopicSettings,
} from '@iot/kafka';
import { jitteredBackoff } from '@iot/resilience';

const RECONNECT = { firstMs: 200, maxMs: 2000 };

/** The clients of one connection. */
export interface Clients {
  readonly producer: Producer;
  readonly admin: Admin;
}

/**
 * A connection to Kafka that is made in the background, for as long as it takes, and anew when it
 * is dead.
 */
export class LastingConnection {
  private readonly kafka: Kafka;
  private current: Clients | undefined;
  private readonly topics: () => TopicSettings[];
  private whyNot = 'not connected yet';
  private connecting: Promise<void> = Promise.resolve();
  private readonly closing = new AbortController();

  constructor(
    private readonly config: KafkaEnv,
    private readonly log: Logger,
    /** @param timeoutMs longest wait for an answer; @param topics created when missing */
    {
      clientId,
      timeoutMs,
      topics,
    }: { clientId: string; timeoutMs: number; topics: () => TopicSettings[] },
  ) {
    this.topics = topics;
    // Retrying is the group commit's: it knows which records somebody still waits for.
    const retry = { initialRetryTime: 50, maxRetryTime: 500, retries: 1 };
    this.kafka = createKafka(config, clientId, log, { requestTimeout: timeoutMs, retry });
  }

  start(): void {
    this.connecting = this.connect();
  }

  /** @throws Error saying why there are none now */
  get clients(): Clients {
    if (!this.current) throw new Error(this.whyNot);
    return this.current;
  }

  /** Kafka does not answer on this connection; it is given up for a new one. */
  renew(): void {
    if (!this.current) return;
    const dead = this.current;
    this.current = undefined;
    this.whyNot = 'Kafka does not answer; connecting anew';
    this.log.warn('Kafka does not answer; connecting anew');
    void disconnect(dead);
    this.connecting = this.connect();
  }

  async close(): Promise<void> {
    this.closing.abort();
    if (this.current) await disconnect(this.current);
    await this.connecting;
  }

  private async connect(): Promise<void> {
    const { signal } = this.closing;
    for (let attempt = 0; !signal.aborted; attempt++) {
      const producer = this.kafka.producer({
        allowAutoTopicCreation: false,
        createPartitioner: keyPartitioner,
        retry: { retries: 0 },
      });
      const fresh = { producer, admin: this.kafka.admin() };
      try {
        await Promise.all([fresh.producer.connect(), fresh.admin.connect()]);
        await ensureTopics(fresh.admin, this.topics());
        if (signal.aborted) return await disconnect(fresh);
        this.current = fresh;
        this.log.info({ topic: this.config.TELEMETRY_TOPIC }, 'connected to Kafka');
        return;
      } catch (error) {
        const reason = (error as Error).message;
        this.whyNot = `Kafka at ${this.config.KAFKA_BOOTSTRAP_SERVERS.join(', ')}: ${reason}`;
        if (attempt === 0)
          this.log.warn(
            { reason: this.whyNot },
            'Kafka is not reachable; trying again until it is',
          );
        await disconnect(fresh);
        const pause = jitteredBackoff(attempt, RECONNECT, Math.random());
        await delay(pause, undefined, { signal }).catch(() => undefined);
      }
    }
  }
}

/** Never fails: what is gone is disconnected. */
async function disconnect({ producer, admin }: Clients): Promise<void> {
  await Promise.allSettled([producer.disconnect(), admin.disconnect()]);
}
