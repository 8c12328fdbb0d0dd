import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Kafka, logLevel, type Admin } from 'kafkajs';
import { freePort, startKafka, startService, type KafkaHandle, type ServiceHandle } from '@iot/local-stack';

/** A Kafka of its own for a benchmark, and servers that produce to it. */
export interface Backend {
  readonly kafka: KafkaHandle;
  /** A topic of 12 partitions. */
  createTopic(name: string): Promise<void>;
  /** Records that a topic holds. */
  records(topic: string): Promise<number>;
  ours(topic: string, env?: Record<string, string>): Promise<ServiceHandle>;
  floor(topic: string, env?: Record<string, string>): Promise<ServiceHandle>;
  stop(): Promise<void>;
}

/** Both servers share these, so that they are compared alike. */
const PRODUCER = {
  PRODUCER_SENDS_IN_FLIGHT: process.env['PRODUCER_SENDS_IN_FLIGHT'] ?? '1',
  PRODUCER_MAX_RECORDS: process.env['PRODUCER_MAX_RECORDS'] ?? '1000',
};

/** Right after its creation a topic may be unknown to the broker that is asked. */
const hasLeaders = (admin: Admin, topic: string): Promise<boolean> =>
  admin.fetchTopicMetadata({ topics: [topic] }).then(
    ({ topics }) => topics[0]!.partitions.every(({ leader }) => leader >= 0),
    () => false,
  );

export async function startBackend(): Promise<Backend> {
  const dataDir = mkdtempSync(join(tmpdir(), 'iot-bench-'));
  const kafka = await startKafka({ dataDir: join(dataDir, 'kafka') });
  const client = new Kafka({ clientId: 'bench', brokers: [kafka.bootstrap], logLevel: logLevel.NOTHING });
  const admin = client.admin();
  await admin.connect();
  const start = async (name: string, topic: string, env: Record<string, string>, entry?: string): Promise<ServiceHandle> =>
    startService({
      name,
      port: await freePort(),
      env: { ...PRODUCER, HOST: '127.0.0.1', LOG_LEVEL: 'warn', KAFKA_BOOTSTRAP_SERVERS: kafka.bootstrap, TELEMETRY_TOPIC: topic, ...env },
      ...(entry && { entry }),
      ...(process.env['BENCH_PROFILE'] && { nodeOptions: ['--cpu-prof', `--cpu-prof-dir=${process.env['BENCH_PROFILE']}`] }),
    });
  return {
    kafka,
    createTopic: async (topic) => {
      await admin.createTopics({ topics: [{ topic, numPartitions: 12 }], waitForLeaders: false });
      for (let attempt = 0; !(await hasLeaders(admin, topic)); attempt++) {
        if (attempt === 50) throw new Error(`topic ${topic} has no leaders`);
        await delay(100);
      }
    },
    records: async (topic) => (await admin.fetchTopicOffsets(topic)).reduce((sum, { high }) => sum + Number(high), 0),
    ours: (topic, env = {}) => start('ingestion-api', topic, env),
    floor: (topic, env = {}) => start('floor', topic, env, join(import.meta.dirname, 'floor.js')),
    stop: async () => {
      await admin.disconnect();
      await kafka.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
