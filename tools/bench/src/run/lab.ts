import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { MongoClient } from 'mongodb';
import { kafkaEnv, loadConfig } from '@iot/common/config';
import { createKafka, type Admin, type Kafka } from '@iot/common/kafka';
import { freePort, startKafka, startMongo, startService, type KafkaHandle, type MongoHandle, type ServiceHandle } from '@iot/local-stack';
import { createLogger } from '@iot/common/service';

/** Partitions of every benchmark's topic, as by default. */
export const PARTITIONS = 12;

/** How a process of a benchmark is started, beyond its name. */
export interface LabProcess {
  readonly env?: Readonly<Record<string, string>>;
  /** Another script than the app's built entry. */
  readonly entry?: string;
  readonly nodeOptions?: readonly string[];
}

/** The backends of a benchmark, on free ports, and what is started on them. */
export interface Lab {
  readonly kafka: KafkaHandle;
  readonly client: Kafka;
  readonly admin: Admin;
  /** Started at the first call: an in-memory stand-in, as the one on a file does not keep up with a worker. */
  mongo(): Promise<{ readonly handle: MongoHandle; readonly client: MongoClient }>;
  createTopic(name: string): Promise<void>;
  /** Deletes a topic and those that were made after it, such as its retry topics. */
  deleteTopics(prefix: string): Promise<void>;
  /** Records that a topic holds. */
  records(topic: string): Promise<number>;
  /** A process that is ready. With `cpuProfiles` it writes a profile there when it stops. */
  start(name: string, options?: LabProcess): Promise<ServiceHandle>;
  /** A folder that goes with the lab. */
  readonly folder: string;
  stop(): Promise<void>;
}

const MONGO_HEAP_MB = 6144;

/** Right after its creation a topic may be unknown to the broker that is asked. */
const hasLeaders = (admin: Admin, topic: string): Promise<boolean> =>
  admin.fetchTopicMetadata({ topics: [topic] }).then(
    ({ topics }) => topics[0]!.partitions.every(({ leader }) => leader >= 0),
    () => false,
  );

export async function startLab(options: { readonly cpuProfiles?: string } = {}): Promise<Lab> {
  const folder = mkdtempSync(join(tmpdir(), 'iot-bench-'));
  const removeFolder = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('exit', removeFolder);
  const kafka = await startKafka({ dataDir: join(folder, 'kafka') });
  const client = createKafka(loadConfig(kafkaEnv, { KAFKA_BOOTSTRAP_SERVERS: kafka.bootstrap }), 'bench', createLogger('bench', 'silent'));
  const admin = client.admin();
  await admin.connect();
  let mongo: Promise<{ handle: MongoHandle; client: MongoClient }> | undefined;
  const startDatabase = async (): Promise<{ handle: MongoHandle; client: MongoClient }> => {
    const handle = await startMongo({ inMemory: true, heapMb: MONGO_HEAP_MB });
    return { handle, client: new MongoClient(handle.url) };
  };
  return {
    kafka,
    client,
    admin,
    folder,
    mongo: () => (mongo ??= startDatabase()),
    createTopic: async (topic) => {
      await admin.createTopics({ topics: [{ topic, numPartitions: PARTITIONS }], waitForLeaders: false });
      for (let attempt = 0; !(await hasLeaders(admin, topic)); attempt++) {
        if (attempt === 50) throw new Error(`topic ${topic} has no leaders`);
        await delay(100);
      }
    },
    deleteTopics: async (prefix) => {
      const topics = (await admin.listTopics()).filter((topic) => topic === prefix || topic.startsWith(`${prefix}.`));
      await admin.deleteTopics({ topics });
    },
    records: async (topic) => (await admin.fetchTopicOffsets(topic)).reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0),
    start: async (name, { env = {}, entry, nodeOptions = [] } = {}) =>
      startService({
        name,
        port: await freePort(),
        env: { HOST: '127.0.0.1', LOG_LEVEL: 'warn', KAFKA_BOOTSTRAP_SERVERS: kafka.bootstrap, ...env },
        ...(entry && { entry }),
        nodeOptions: [...(options.cpuProfiles ? ['--cpu-prof', `--cpu-prof-dir=${options.cpuProfiles}`] : []), ...nodeOptions],
      }),
    stop: async () => {
      await admin.disconnect().catch(() => undefined);
      const database = await mongo;
      await database?.client.close();
      await Promise.all([kafka.stop(), database?.handle.stop()]);
      process.off('exit', removeFolder);
      removeFolder();
    },
  };
}
