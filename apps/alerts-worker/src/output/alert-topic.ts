import { ALERT_EVENT_TYPE, alertsTopic, encodeAlertEvent, type AlertEvent } from '@iot/alerting';
import {
  createKafka,
  ensureTopics,
  keyPartitioner,
  Sends,
  type KafkaEnv,
  type Producer,
  type TraceHeaders,
} from '@iot/kafka';
import { BackendUnavailable } from '@iot/resilience';
import type { Logger } from '@iot/service';
import type { OnApplicationShutdown } from '@nestjs/common';

/** Where changes of alerts are told. */
export interface AlertPublisher {
  /**
   * Returns when they are told, by at-least-once: the same ones may be told again.
   * @throws BackendUnavailable
   */
  publish(events: readonly AlertEvent[]): Promise<void>;
}

const TIMEOUT_MS = 5000;
const MAX_RECORDS = 1000;

/** {@link AlertPublisher} on `telemetry.alerts`. Connects when there is something to tell. */
export class AlertTopic implements AlertPublisher, OnApplicationShutdown {
  private readonly topic: string;
  private readonly sends: Sends;
  private connecting: Promise<Producer> | undefined;

  constructor(
    private readonly config: KafkaEnv & { readonly ALERTS_TOPIC: string },
    private readonly log: Logger,
  ) {
    this.topic = config.ALERTS_TOPIC;
    this.sends = new Sends(this.topic);
  }

  async publish(events: readonly AlertEvent[]): Promise<void> {
    try {
      await this.sends.of(events.length, (trace) => this.send(events, trace));
    } catch (error) {
      throw new BackendUnavailable(`cannot tell of alerts in ${this.topic}`, error);
    }
  }

  private async send(events: readonly AlertEvent[], trace: TraceHeaders): Promise<void> {
    const producer = await (this.connecting ??= this.connect());
    const headers = { 'content-type': ALERT_EVENT_TYPE, ...trace };
    for (let i = 0; i < events.length; i += MAX_RECORDS)
      await producer.send({
        topic: this.topic,
        acks: -1,
        timeout: TIMEOUT_MS,
        messages: events.slice(i, i + MAX_RECORDS).map((event) => ({
          key: event.data.device_id,
          value: encodeAlertEvent(event),
          headers,
        })),
      });
  }

  async onApplicationShutdown(): Promise<void> {
    const producer = await this.connecting?.catch(() => undefined);
    await producer?.disconnect();
  }

  private async connect(): Promise<Producer> {
    try {
      const kafka = createKafka(this.config, 'alerts-worker', this.log);
      const admin = kafka.admin();
      await admin.connect();
      try {
        await ensureTopics(admin, [alertsTopic(this.topic, this.config.KAFKA_REPLICATION_FACTOR)]);
      } finally {
        await admin.disconnect();
      }
      const producer = kafka.producer({
        allowAutoTopicCreation: false,
        createPartitioner: keyPartitioner,
      });
      await producer.connect();
      return producer;
    } catch (error) {
      this.connecting = undefined;
      throw error;
    }
  }
}
