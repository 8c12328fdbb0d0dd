import {
  CompressionTypes,
  ensureTopics,
  keyPartitioner,
  Sends,
  type Kafka,
  type Producer,
  type TraceHeaders,
} from '@iot/kafka';
import { resultsTopic } from '@iot/logic';
import { BackendUnavailable } from '@iot/resilience';
import type { Result } from '../core/result.js';

/** Publishes results. @throws when not all of them are acknowledged */
export interface Results {
  publish(results: readonly Result[]): Promise<void>;
}

/** Most records of one send: the client is slow with more. */
const RECORDS_PER_SEND = 1000;

/** {@link Results} to Kafka, as CloudEvents in its binary mode: attributes in headers. */
export class ResultsTopic implements Results {
  private readonly producer: Producer;
  private ready: Promise<void> | undefined;

  constructor(
    private readonly kafka: Kafka,
    private readonly topic: { name: string; partitions: number; replication: number },
    private readonly sends = new Sends(topic.name),
  ) {
    this.producer = kafka.producer({
      allowAutoTopicCreation: false,
      createPartitioner: keyPartitioner,
    });
  }

  /** @throws BackendUnavailable */
  async publish(results: readonly Result[]): Promise<void> {
    if (results.length === 0) return;
    try {
      await this.sends.of(results.length, (trace) => this.send(results, trace));
    } catch (error) {
      this.ready = undefined;
      throw new BackendUnavailable('Kafka did not take the results', error);
    }
  }

  private async send(results: readonly Result[], trace: TraceHeaders): Promise<void> {
    await (this.ready ??= this.prepare());
    for (let i = 0; i < results.length; i += RECORDS_PER_SEND)
      await this.producer.send({
        topic: this.topic.name,
        acks: -1,
        compression: CompressionTypes.None,
        messages: results.slice(i, i + RECORDS_PER_SEND).map((result) => messageOf(result, trace)),
      });
  }

  close(): Promise<void> {
    return this.producer.disconnect();
  }

  private async prepare(): Promise<void> {
    const admin = this.kafka.admin();
    try {
      await admin.connect();
      await ensureTopics(admin, [
        resultsTopic(this.topic.name, this.topic.partitions, this.topic.replication),
      ]);
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
    await this.producer.connect();
  }
}

const messageOf = ({ machine, id, source, arrived, ts, json }: Result, trace: TraceHeaders) => ({
  key: machine,
  value: json,
  timestamp: arrived,
  headers: {
    ce_specversion: '1.0',
    ce_id: id,
    ce_source: source,
    ce_type: 'iot.machine.result',
    ce_subject: machine,
    ce_time: new Date(ts).toISOString(),
    'content-type': 'application/json',
    ...trace,
  },
});
