import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { MongoClient } from 'mongodb';
import { kafkaEnv, loadConfig } from '@iot/config';
import { createKafka, type Admin, type Kafka } from '@iot/kafka';
import {
  freePort,
  startKafka,
  startMongo,
  startService,
  type KafkaHandle,
  type MongoHandle,
  type ServiceHandle,
} from '@iot/local-stack';
import { createLogger } from '@iot/service';
import { warmUpDatabase } from './warm-up.js';

/** Partitions of every benchmark's topic, as by default. */
export const PARTITIONS = 12;

/** How a process of a benchmark is started, beyond its name. */
export interface LabProcess {
  readonly env?: Readonly<Record<string, string>>;
  /** Another script than the app's built entry. */
  readonly entry?: string;
  readonly nodeOptions?: readonly string[];
}

/** A database server. */
export interface Database {
  readonly url: string;
  /** Absent when the server is not ours. */
  readonly pid: number | undefined;
  readonly client: MongoClient;
}

/**
 * The backends of a benchmark, on free ports, and what is started on them. Servers that
 * KAFKA_BOOTSTRAP_SERVERS and MONGO_URL name are used in their place; what those use of CPU is not
 * known then.
 */
export interface Lab {
  /** Absent when the broker is not ours. */
  readonly kafka: KafkaHandle | undefined;
  readonly client: Kafka;
  readonly admin: Admin;
  /**
   * Started at the first call: an in-memory stand-in, as the one on a file does not keep up with a
   * worker.
   */
  mongo(): Promise<Database>;
  createTopic(name: string): Promise<void>;
  /** Deletes a topic and those that were made after it, such as its retry topics. */
  deleteTopics(prefix: string): Promise<void>;
  /** Records that a topic holds. */
  records(topic: string): Promise<number>;
  /** A process that is ready. */
  start(name: string, options?: LabProcess): Promise<ServiceHandle>;
  /** A folder that goes with the lab. */
  readonly folder: string;
  stop(): Promise<void>;
}

const MONGO_HEAP_MB = 6144;
const REQUEST_TIMEOUT_MS = 60_000;

/**
 * Right after its creation a topic, or some of its partitions, may be unknown to the broker that is
 * asked.
 */
const canBeUsed = (admin: Admin, topic: string): Promise<boolean> =>
  admin.fetchTopicOffsets(topic).then(
    (partitions) => partitions.length === PARTITIONS,
    () => false,
  );

const ASK_AGAIN = { times: 100, afterMs: 300 };

/**
 * Asks a broker again that has just made a topic or a group, or is too busy to know it. @throws its
 * last error
 */
export async function askAgain<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++)
    try {
      return await ask();
    } catch (error) {
      if (attempt === ASK_AGAIN.times) throw error;
      await delay(ASK_AGAIN.afterMs);
    }
}

export async function startLab(options: { readonly cpuProfiles?: string } = {}): Promise<Lab> {
  const folder = mkdtempSync(join(tmpdir(), 'iot-bench-'));
  const removeFolder = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('exit', removeFolder);
  const { KAFKA_BOOTSTRAP_SERVERS: brokers, MONGO_URL: url } = process.env;
  const kafka = brokers ? undefined : await startKafka({ dataDir: join(folder, 'kafka') });
  const kafkaVariable = { KAFKA_BOOTSTRAP_SERVERS: kafka?.bootstrap ?? brokers! };
  const client = createKafka(
    loadConfig(kafkaEnv, kafkaVariable),
    'bench',
    createLogger('bench', 'silent'),
    {
      // A send that is tried again may be stored twice, and a busy machine takes its time.
      requestTimeout: REQUEST_TIMEOUT_MS,
    },
  );
  const admin = client.admin();
  await admin.connect();
  let ours: MongoHandle | undefined;
  let mongo: Promise<Database> | undefined;
  const startDatabase = async (): Promise<Database> => {
    if (url) return { url, pid: undefined, client: new MongoClient(url) };
    ours = await startMongo({ inMemory: true, heapMb: MONGO_HEAP_MB });
    const mongoClient = new MongoClient(ours.url);
    await warmUpDatabase(mongoClient);
    return { url: ours.url, pid: ours.pid, client: mongoClient };
  };
  return {
    kafka,
    client,
    admin,
    folder,
    mongo: () => (mongo ??= startDatabase()),
    createTopic: async (topic) => {
      await admin.createTopics({
        topics: [{ topic, numPartitions: PARTITIONS }],
        waitForLeaders: false,
      });
      for (let attempt = 0; !(await canBeUsed(admin, topic)); attempt++) {
        if (attempt === 50) throw new Error(`topic ${topic} cannot be used`);
        await delay(100);
      }
    },
    deleteTopics: async (prefix) => {
      const topics = (await admin.listTopics()).filter(
        (topic) => topic === prefix || topic.startsWith(`${prefix}.`),
      );
      await admin.deleteTopics({ topics });
    },
    records: async (topic) =>
      (await askAgain(() => admin.fetchTopicOffsets(topic))).reduce(
        (sum, { high, low }) => sum + Number(high) - Number(low),
        0,
      ),
    start: async (name, { env = {}, entry, nodeOptions = [] } = {}) =>
      startService({
        name,
        port: await freePort(),
        env: { HOST: '127.0.0.1', LOG_LEVEL: 'warn', ...kafkaVariable, ...env },
        ...(entry && { entry }),
        nodeOptions: [
          ...(options.cpuProfiles ? ['--cpu-prof', `--cpu-prof-dir=${options.cpuProfiles}`] : []),
          ...nodeOptions,
        ],
      }),
    stop: async () => {
      await admin.disconnect().catch(() => undefined);
      await mongo?.then((database) => database.client.close());
      await Promise.all([kafka?.stop(), ours?.stop()]);
      process.off('exit', removeFolder);
      removeFolder();
    },
  };
}
