import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import {
  freePort,
  serviceProcess,
  startKafka,
  startMongo,
  workspaceRoot,
  type KafkaHandle,
  type MongoHandle,
  type ServiceHandle,
} from '@iot/local-stack';
import kafkajs, { type Consumer, type Kafka, type Producer } from 'kafkajs';
import { MongoClient, type Db } from 'mongodb';
import { expected, PROGRAM, type Entry } from './logic/oracle.js';
import { eventually } from './platform.js';

/**
 * FAULTS=full: ten of each. Otherwise one of each, while readings come in and programs run.
 */
const KILLS = process.env['FAULTS'] === 'full' ? 10 : 1;
const MACHINES = 100;
const BATCH = 20;
const EVERY_MS = 40;
const TOPIC = 'telemetry.raw';
const NONE = { 'dead letters': 0, errors: 0 };

let dataDir: string;
let kafka: KafkaHandle;
let mongo: MongoHandle;
let worker: ServiceHandle;
let client: MongoClient;
let db: Db;
let broker: Kafka;
let producer: Producer;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'iot-logic-'));
  [kafka, mongo] = await Promise.all([
    startKafka({ dataDir: join(dataDir, 'kafka') }),
    startMongo({ dataDir: join(dataDir, 'mongo') }),
  ]);
  client = new MongoClient(mongo.url);
  db = client.db('iotdb');
  const { Kafka: Client, Partitioners } = kafkajs;
  broker = new Client({ brokers: [kafka.bootstrap], logLevel: 0 });
  producer = broker.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  const env = {
    KAFKA_BOOTSTRAP_SERVERS: kafka.bootstrap,
    MONGO_URL: mongo.url,
    MONGO_DB: 'iotdb',
    SESSION_TIMEOUT_MS: '6000',
    TELEMETRY_PARTITIONS: '4',
  };
  const logFile = join(dataDir, 'logic-worker.log');
  await define(env);
  worker = serviceProcess({ name: 'logic-worker', port: await freePort(), env, logFile });
  await worker.process.start();
  await producer.connect();
}, 120_000);

afterAll(async () => {
  await producer?.disconnect();
  await worker?.stop();
  await client?.close();
  await Promise.all([kafka?.stop(), mongo?.stop()]);
  if (!process.env['KEEP_E2E_DATA']) await rm(dataDir, { recursive: true, force: true });
}, 60_000);

/** By the command line, as programs in git are. */
async function define(env: Readonly<Record<string, string>>): Promise<void> {
  const file = join(dataDir, 'program.js');
  await writeFile(file, PROGRAM);
  const args = ['tools/telemetryctl/dist/main.js', 'logic', 'set', '*', '--file', file];
  const cwd = workspaceRoot();
  const run = promisify(execFile);
  await run(process.execPath, args, { cwd, env: { ...process.env, NODE_OPTIONS: '', ...env } });
}

/** What is sent while it goes on, by place in the log. */
class Load {
  private readonly log = new Map<number, Entry[]>();
  private sent = 0;
  private goesOn = true;
  private readonly running: Promise<void> = this.run();

  async end(): Promise<Entry[]> {
    this.goesOn = false;
    await this.running;
    return [...this.log.values()].flat();
  }

  private async run(): Promise<void> {
    while (this.goesOn) {
      const readings = Array.from({ length: BATCH }, () => ({
        device_id: `machine-${randomInt(MACHINES)}`,
        event_id: `e${this.sent++}`,
        ts: Date.now(),
        humidity: randomInt(100),
        attributes: { signal: -randomInt(30, 90) },
      }));
      // One partition a send: where its records stand follows from the answer.
      for (const [partition, own] of Map.groupBy(readings, (one) => partitionOf(one.device_id))) {
        const messages = own.map((one) => ({
          key: one.device_id,
          value: JSON.stringify(one),
          partition,
        }));
        const [answer] = await producer.send({ topic: TOPIC, acks: -1, messages });
        const entries = this.log.get(partition) ?? [];
        this.log.set(partition, entries);
        own.forEach(({ device_id: machine, humidity, attributes: { signal } }, i) => {
          const offset = Number(answer!.baseOffset) + i;
          entries.push({ machine, source: `${TOPIC}/${partition}/${offset}`, humidity, signal });
        });
      }
      await delay(EVERY_MS);
    }
  }
}

/** Any will do, as long as a machine keeps its own. */
const partitionOf = (machine: string): number => Number(machine.slice('machine-'.length)) % 4;

/** The processes in which the worker's programs run. */
function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return text.split(' ').filter(Boolean).map(Number);
}

const FAULTS: Readonly<Record<string, () => Promise<void>>> = {
  worker: async () => {
    await worker.kill();
    await worker.restart();
  },
  child: async () => {
    for (const pid of childrenOf(worker.process.pid)) process.kill(pid, 'SIGKILL');
    await Promise.resolve();
  },
  database: async () => {
    await mongo.kill();
    await delay(randomInt(200, 1000));
    await mongo.restart();
  },
};

/** Reads a topic from its beginning to its present end. */
async function contents(
  topic: string,
): Promise<{ id: string | undefined; value: string | undefined }[]> {
  const admin = broker.admin();
  await admin.connect();
  const topics = await admin.listTopics();
  const ends = topics.includes(topic) ? await admin.fetchTopicOffsets(topic) : [];
  await admin.disconnect();
  const found: { id: string | undefined; value: string | undefined }[] = [];
  const left = new Map(
    ends.filter(({ low, high }) => low !== high).map(({ partition, high }) => [partition, +high]),
  );
  if (left.size === 0) return found;
  const consumer: Consumer = broker.consumer({ groupId: `read-${topic}-${Date.now()}` });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    const eachMessage: Parameters<Consumer['run']>[0] = {
      eachMessage: async ({ partition, message: { offset, headers, value } }) => {
        found.push({ id: headers?.['ce_id']?.toString(), value: value?.toString() });
        if (Number(offset) + 1 >= (left.get(partition) ?? 0)) left.delete(partition);
        if (left.size === 0) resolve();
        await Promise.resolve();
      },
    };
    consumer.run(eachMessage).catch(reject);
  });
  await consumer.disconnect();
  return found;
}

it(
  'has each reading in its state once, and each result, whatever is killed',
  async () => {
    const load = new Load();
    await delay(1500);
    for (let i = 0; i < KILLS; i++)
      for (const fault of Object.values(FAULTS)) {
        await fault();
        await delay(randomInt(300, 1200));
      }
    const log = await load.end();
    const { states, results } = expected(log, '*');
    const stored = db.collection<{ _id: string; state: string }>('machine_states');
    await eventually(
      'the states equal the oracle',
      async () => {
        const found = await stored.find().toArray();
        const wrong = found.filter(({ _id, state }) => states.get(_id) !== state).length;
        return found.length === states.size && wrong === 0 ? true : { wrong, of: states.size };
      },
      60_000,
    );

    const texts = new Map<string, string>();
    let repeats = 0;
    for (const { id, value } of await contents('telemetry.results')) {
      const before = texts.get(id!);
      if (before !== undefined) {
        repeats++;
        // The same id says the same, chance included.
        expect([id, value]).toEqual([id, before]);
      }
      texts.set(id!, value!);
    }
    const lacking = [...results.keys()].filter((id) => !texts.has(id));
    const unknown = [...texts.keys()].filter((id) => !results.has(id));
    expect({ lacking, unknown }).toEqual({ lacking: [], unknown: [] });
    for (const [id, value] of results)
      if (typeof value === 'number') expect([id, texts.get(id)]).toEqual([id, String(value)]);
      else expect([id, JSON.parse(texts.get(id)!)]).toMatchObject([id, value]);
    const errors = await stored.countDocuments({ errors: { $gt: 0 } });
    expect({ 'dead letters': (await contents('telemetry.dlq')).length, errors }).toEqual(NONE);
    console.log(
      `${log.length} readings of ${states.size} machines, ${KILLS} kills each of worker, child and database: ${texts.size} results, ${repeats} repeats`,
    );
  },
  KILLS * 60_000 + 120_000,
);
