import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { GroupCommitProducer, type OutgoingRecord } from '@iot/kafka';
import { ByteBudget } from '@iot/resilience';

const topic = process.env['TELEMETRY_TOPIC'] ?? 'telemetry.raw';
const kafka = new Kafka({
  clientId: 'floor',
  brokers: (process.env['KAFKA_BOOTSTRAP_SERVERS'] ?? '').split(','),
  logLevel: logLevel.ERROR,
});
const producer = kafka.producer({
  allowAutoTopicCreation: false,
  createPartitioner: Partitioners.DefaultPartitioner,
});
/** The output of the servers that the ingestion API is compared with. */
export const group = new GroupCommitProducer({
  send: (messages) => producer.send({ topic, messages, acks: -1 }),
  lanes: Number(process.env['PRODUCER_SENDS_IN_FLIGHT']),
  maxRecords: Number(process.env['PRODUCER_MAX_RECORDS']),
  maxBytes: 700_000,
  deadlineMs: 60_000,
  budget: new ByteBudget(Number.MAX_SAFE_INTEGER),
});

export const connect = (): Promise<void> => producer.connect();

/** The record of a reading, of which no more is known than its device. */
export const recordOf = (value: string, timestamp: string): OutgoingRecord => ({
  key: (JSON.parse(value) as { device_id: string }).device_id,
  value,
  timestamp,
});
