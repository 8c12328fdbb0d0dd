import kafkajs, { type Producer } from 'kafkajs';

export interface SentReading {
  readonly device_id: string;
  readonly event_id: string;
  readonly ts: number;
  readonly [sensor: string]: number | string;
}

const TOPIC = 'telemetry.raw';
/** kafkajs groups a send by partition in quadratic time. */
const PER_SEND = 1000;

/** Writes readings to the topic as ingestion would, in the order in which they are given. */
export class Sender {
  private readonly producer: Producer;

  constructor(bootstrap: string) {
    const { Kafka, Partitioners, logLevel } = kafkajs;
    const kafka = new Kafka({ brokers: [bootstrap], logLevel: logLevel.NOTHING });
    this.producer = kafka.producer({
      createPartitioner: Partitioners.DefaultPartitioner,
      allowAutoTopicCreation: false,
    });
  }

  async start(): Promise<void> {
    await this.producer.connect();
  }

  async send(readings: readonly SentReading[]): Promise<void> {
    for (let i = 0; i < readings.length; i += PER_SEND)
      await this.producer.send({
        topic: TOPIC,
        acks: -1,
        messages: readings
          .slice(i, i + PER_SEND)
          .map((reading) => ({ key: reading.device_id, value: JSON.stringify(reading) })),
      });
  }

  async stop(): Promise<void> {
    await this.producer.disconnect();
  }
}
