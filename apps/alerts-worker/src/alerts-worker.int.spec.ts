import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import {
  createKafka,
  DLQ_HEADER,
  headerText,
  readTopic,
  retryTopic,
  BatchConsumer,
  type Admin,
  type Consumer,
  type Producer,
} from '@iot/kafka';
import { FakeApiServer } from '@iot/kubernetes/testing';
import { Mongo } from '@iot/mongo';
import { createLogger, createService } from '@iot/service';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { alertsConfig } from './config.js';
import { unpack } from './core/packed-state.js';
import { service } from './service.js';

const T0 = Date.now() - 3_600_000;
const TIMEOUT_MS = 90_000;
const log = createLogger('test', process.env['TEST_LOG'] ?? 'silent');
const running = new Set<NestFastifyApplication>();
let kafka: ReturnType<typeof createKafka>;
let producer: Producer;
let admin: Admin;

/** A platform of its own: topic, dead letters, group and database. */
function newPlatform(overrides: NodeJS.ProcessEnv = {}) {
  const name = `alerts-${randomUUID().slice(0, 8)}`;
  return alertsConfig({
    KAFKA_BOOTSTRAP_SERVERS: process.env['TEST_KAFKA'],
    MONGO_URL: process.env['TEST_MONGO'],
    MONGO_DB: name,
    TELEMETRY_TOPIC: `${name}.raw`,
    DLQ_TOPIC: `${name}.dlq`,
    TELEMETRY_PARTITIONS: '2',
    CONSUMER_GROUP: name,
    SESSION_TIMEOUT_MS: '6000',
    ALERT_CHECKPOINT_MS: '100',
    ...overrides,
  });
}
type Platform = ReturnType<typeof newPlatform>;

/** What a worker has that is started with these variables. */
function newThresholds(env: NodeJS.ProcessEnv) {
  const { thresholds, thresholdVariables } = alertsConfig(env);
  return { thresholds, thresholdVariables };
}

/** Time of the last reading evaluated, by sensor, as it is stored. */
async function clocksOf(mongo: Mongo, _id: string): Promise<Record<string, Date>> {
  const state = await mongo.alertStates.findOne({ _id }, { promoteBuffers: true });
  return Object.fromEntries(
    unpack(state!.packed!)!.clocks.map(({ name, ts }) => [name, new Date(ts)]),
  );
}

async function startWorker(platform: Platform): Promise<NestFastifyApplication> {
  const app = await createService(service, platform, log);
  await app.startAllMicroservices();
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  running.add(app);
  return app;
}

async function stopWorker(app: NestFastifyApplication): Promise<void> {
  running.delete(app);
  await app.close();
}

/**
 * As good as a kill for everybody else: its partitions are given up, nothing is stored, nothing is
 * committed.
 */
const cutOff = (app: NestFastifyApplication): Promise<void> =>
  app.get(BatchConsumer).unwrap<Consumer>().disconnect();

const ready = (app: NestFastifyApplication) =>
  eventually(async () => {
    const { statusCode, body } = await app.inject('/health/ready');
    if (statusCode !== 200) throw new Error(body);
  });

async function eventually<T>(probe: () => Promise<T>, timeoutMs = 30_000): Promise<T> {
  for (
    const end = Date.now() + timeoutMs;
    ;
    await new Promise((resolve) => setTimeout(resolve, 50))
  )
    try {
      return await probe();
    } catch (error) {
      if (Date.now() > end) throw error;
    }
}

const reading = (device_id: string, second: number, values: Record<string, number>) => ({
  key: device_id,
  value: JSON.stringify({ device_id, ts: T0 + second * 1000, ...values }),
});

const send = (
  platform: Platform,
  ...messages: { key: string | null; value: string | null; partition?: number }[]
) => producer.send({ topic: platform.TELEMETRY_TOPIC, acks: -1, messages });

const committed = async ({ CONSUMER_GROUP, TELEMETRY_TOPIC }: Platform): Promise<number> => {
  const [topic] = await admin.fetchOffsets({ groupId: CONSUMER_GROUP, topics: [TELEMETRY_TOPIC] });
  return topic!.partitions.reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0);
};

const at = (second: number): Date => new Date(T0 + second * 1000);

const storeOf = (platform: Platform): Mongo => new Mongo(platform, 'test');

beforeAll(async () => {
  kafka = createKafka(newPlatform(), 'test', log);
  producer = kafka.producer({ allowAutoTopicCreation: false });
  admin = kafka.admin();
  await Promise.all([producer.connect(), admin.connect()]);
}, TIMEOUT_MS);

afterEach(() => Promise.all([...running].map(stopWorker)), TIMEOUT_MS);
afterAll(() => Promise.all([producer.disconnect(), admin.disconnect()]));

it(
  'raises, escalates and resolves an alert in event time',
  async () => {
    const platform = newPlatform();
    const mongo = storeOf(platform);
    const app = await startWorker(platform);
    await ready(app);
    await send(
      platform,
      reading('greenhouse-7', 0, { temperature_c: 20 }),
      reading('greenhouse-7', 10, { temperature_c: 51.5, humidity: 40 }),
    );
    const raised = await eventually(async () => {
      const alert = await mongo.alerts.findOne({ device_id: 'greenhouse-7' });
      if (!alert) throw new Error('no alert');
      return alert;
    });
    expect(raised).toMatchObject({
      _id: `greenhouse-7|temperature_c|above_max|${T0 + 10_000}`,
      sensor_type: 'temperature_c',
      alert_type: 'above_max',
      severity: 'warning',
      message: 'temperature_c of greenhouse-7 is 51.5 °C, above its maximum of 50 °C',
      value: 51.5,
      timestamp: at(10),
      status: 'active',
      threshold: 50,
      occurrences: 1,
      resolved_at: null,
      version: 1,
    });
    expect(Date.now() - raised.created_at.getTime()).toBeLessThan(60_000);

    await send(
      platform,
      reading('greenhouse-7', 20, { temperature_c: 61.2 }), // critical
      reading('greenhouse-7', 15, { temperature_c: 10 }), // late: does not resolve
      reading('greenhouse-7', 20, { temperature_c: 61.2 }), // twice
      reading('greenhouse-7', 30, { temperature_c: 52 }), // stays critical
    );
    await eventually(async () =>
      expect(await mongo.alerts.find().toArray()).toMatchObject([
        {
          severity: 'critical',
          occurrences: 3,
          value: 51.5,
          last_value: 52,
          last_seen: at(30),
          status: 'active',
          version: 3,
        },
      ]),
    );
    await send(platform, reading('greenhouse-7', 40, { temperature_c: 50 }));
    await eventually(async () =>
      expect(await mongo.alerts.find().toArray()).toMatchObject([
        { status: 'resolved', resolved_at: at(40), occurrences: 3, version: 4 },
      ]),
    );
    await eventually(async () => expect(await committed(platform)).toBe(7));
    expect(await clocksOf(mongo, 'greenhouse-7')).toEqual({
      temperature_c: at(40),
      humidity: at(10),
    });
    const metrics = (await app.inject('/metrics')).body;
    expect(metrics).toMatch(
      /alerts_raised_total\{sensor_type="temperature_c",alert_type="above_max",severity="warning".*\} 1/,
    );
    expect(metrics).toMatch(/alerts_resolved_total\{.*\} 1/);
    expect(metrics).toMatch(/readings_not_newer_total\{.*\} 2/);
    await mongo.close();
  },
  TIMEOUT_MS,
);

it(
  'judges by the thresholds of its ConfigMap as soon as they are edited, and a worker that is started again goes on from there',
  async () => {
    const server = new FakeApiServer();
    await server.start();
    server.setConfigMap('limits', { TEMP_MAX_THRESHOLD: '50' });
    const watching = {
      THRESHOLDS_CONFIGMAP: 'limits',
      KUBECONFIG: server.kubeconfig(),
      KUBERNETES_NAMESPACE: server.namespace,
    };
    const platform = newPlatform({ ...watching, TEMP_MAX_THRESHOLD: '50' });
    const mongo = storeOf(platform);
    const app = await startWorker(platform);
    await ready(app);
    await eventually(async () => expect(server.watching).toBe(1));
    await send(
      platform,
      reading('kiln-1', 0, { temperature_c: 55 }),
      reading('kiln-2', 0, { temperature_c: 45 }),
    );
    await eventually(async () =>
      expect(await mongo.alerts.find().toArray()).toMatchObject([
        { device_id: 'kiln-1', threshold: 50 },
      ]),
    );

    server.setConfigMap('limits', { TEMP_MAX_THRESHOLD: 'hot' });
    await eventually(async () =>
      expect(server.events).toMatchObject([{ type: 'Warning', reason: 'ThresholdsRejected' }]),
    );
    server.setConfigMap('limits', { TEMP_MAX_THRESHOLD: '40' });
    await eventually(async () =>
      expect(server.events[1]).toMatchObject({ type: 'Normal', reason: 'ThresholdsApplied' }),
    );
    await send(
      platform,
      reading('kiln-1', 10, { temperature_c: 45 }),
      reading('kiln-2', 10, { temperature_c: 45 }),
    );
    const both = [
      { device_id: 'kiln-1', threshold: 50, status: 'active', last_value: 45, occurrences: 2 },
      { device_id: 'kiln-2', threshold: 40, status: 'active', value: 45 },
    ];
    await eventually(async () =>
      expect(await mongo.alerts.find().sort({ device_id: 1 }).toArray()).toMatchObject(both),
    );
    expect((await app.inject('/metrics')).body).toMatch(
      /thresholds_reloads_total\{outcome="applied".*\} 1/,
    );

    await eventually(async () => expect(await committed(platform)).toBe(4));
    await stopWorker(app);
    await ready(
      await startWorker({
        ...platform,
        ...newThresholds({ ...watching, TEMP_MAX_THRESHOLD: '40' }),
      }),
    );
    await send(
      platform,
      reading('kiln-1', 20, { temperature_c: 39 }),
      reading('kiln-2', 20, { temperature_c: 41 }),
    );
    await eventually(async () =>
      expect(await mongo.alerts.find().sort({ device_id: 1 }).toArray()).toMatchObject([
        { status: 'resolved', resolved_at: at(20), threshold: 50 },
        { status: 'active', occurrences: 2, last_value: 41 },
      ]),
    );
    await mongo.close();
    await Promise.all([...running].map(stopWorker));
    await server.stop();
  },
  2 * TIMEOUT_MS,
);

it(
  'sets what cannot be decoded aside, with its reason, and goes on',
  async () => {
    const platform = newPlatform({ TELEMETRY_PARTITIONS: '1' });
    const mongo = storeOf(platform);
    await ready(await startWorker(platform));
    await send(
      platform,
      { key: 'a', value: 'not json' },
      { key: 'a', value: null },
      { key: null, value: '{"device_id":"a","humidity":1}' },
      { key: 'b', value: '{"device_id":"a","humidity":1}' },
      { key: 'a', value: '{"device_id":"a","colour":1}' },
      reading('a', 0, { humidity: 101 }),
    );
    await eventually(async () => expect(await mongo.alerts.countDocuments()).toBe(1));
    await eventually(async () => expect(await committed(platform)).toBe(6));
    const letters: Record<string, string | undefined>[] = [];
    await readTopic(kafka, platform.DLQ_TOPIC, ({ messages }) => {
      for (const { headers, value } of messages)
        letters.push({
          value: value?.toString(),
          ...Object.fromEntries(
            Object.entries(DLQ_HEADER).map(([name, header]) => [name, headerText(headers, header)]),
          ),
        });
    });
    letters.sort((a, b) => Number(a['offset']) - Number(b['offset']));
    expect(letters.map(({ exception }) => exception)).toEqual([
      'not_json',
      'null_value',
      'missing_key',
      'key_mismatch',
      'invalid_reading',
    ]);
    expect(letters[0]).toMatchObject({
      value: 'not json',
      topic: platform.TELEMETRY_TOPIC,
      partition: '0',
      offset: '0',
      group: platform.CONSUMER_GROUP,
      stage: 'decode',
      deliveryCount: '1',
    });
    await mongo.close();
  },
  TIMEOUT_MS,
);

it(
  'reaches the same alerts after it was cut off before any checkpoint, and a worker that wakes up late changes nothing',
  async () => {
    const platform = newPlatform({ ALERT_CHECKPOINT_MS: '600000' });
    const mongo = storeOf(platform);
    const first = await startWorker(platform);
    await ready(first);
    const messages = [];
    for (let second = 0; second < 37; second++)
      for (const device of ['a', 'b', 'c'])
        messages.push(
          reading(device, second, { voltage: second % 7 < 3 ? 250 : 220, current: second % 11 }),
        );
    await send(platform, ...messages);
    const before = await eventually(async () => {
      const found = await mongo.alerts.find().sort({ _id: 1 }).toArray();
      expect(found).toHaveLength(18);
      expect(found.filter(({ status }) => status === 'resolved')).toHaveLength(15);
      return found;
    });
    expect(await committed(platform)).toBe(0);
    expect(await mongo.alertStates.countDocuments()).toBe(0);

    await cutOff(first);
    const second = await startWorker({ ...platform, ALERT_CHECKPOINT_MS: 100 });
    await eventually(async () => expect(await committed(platform)).toBe(111));
    expect(await mongo.alerts.find().sort({ _id: 1 }).toArray()).toEqual(before);

    await send(platform, ...['a', 'b', 'c'].map((device) => reading(device, 50, { voltage: 220 })));
    await eventually(async () => expect(await committed(platform)).toBe(114));
    const after = await mongo.alerts.find().sort({ _id: 1 }).toArray();
    expect(after.filter(({ status }) => status === 'active')).toHaveLength(0);
    const states = await mongo.alertStates.find().sort({ _id: 1 }).toArray();

    // The first worker still holds what it knew; its last checkpoint comes now.
    await stopWorker(first);
    expect(await mongo.alertStates.find().sort({ _id: 1 }).toArray()).toEqual(states);
    expect(await mongo.alerts.find().sort({ _id: 1 }).toArray()).toEqual(after);
    expect(await committed(platform)).toBe(114);
    await stopWorker(second);
    await mongo.close();
  },
  TIMEOUT_MS,
);

it(
  'stores its state and commits before it ends, and goes on from there',
  async () => {
    const platform = newPlatform({ ALERT_CHECKPOINT_MS: '600000' });
    const mongo = storeOf(platform);
    const first = await startWorker(platform);
    await ready(first);
    await send(platform, reading('d', 0, { pressure: 899 }), reading('d', 1, { pressure: 898 }));
    await eventually(async () =>
      expect(await mongo.alerts.findOne()).toMatchObject({ occurrences: 2 }),
    );
    await stopWorker(first);
    expect(await committed(platform)).toBe(2);
    const second = await startWorker(platform);
    await ready(second);
    await send(platform, reading('d', 2, { pressure: 860 }));
    await eventually(async () =>
      expect(await mongo.alerts.find().toArray()).toMatchObject([
        { occurrences: 3, severity: 'critical', value: 899, threshold: 900 },
      ]),
    );
    // Alerts are written before the batch is at its end.
    await eventually(async () =>
      expect((await second.inject('/metrics')).body).toMatch(/records_consumed_total\{[^}]*\} 1\n/),
    );
    await mongo.close();
  },
  TIMEOUT_MS,
);

/** A way to the database that can be closed and opened again. */
class Door {
  private server: Server | undefined;
  private readonly sockets = new Set<Socket>();
  port = 0;

  async open(): Promise<void> {
    const { hostname, port } = new URL(process.env['TEST_MONGO']!);
    this.server = createServer((from) => {
      const to = connect(Number(port), hostname);
      for (const socket of [from, to])
        this.sockets.add(
          socket.on('error', () => undefined).on('close', () => (from.destroy(), to.destroy())),
        );
      from.pipe(to).pipe(from);
    }).listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const closed = once(this.server!, 'close');
    this.server!.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }
}

it(
  'waits for a database that is not there yet or goes away, says so, and goes on when it comes',
  async () => {
    const door = new Door();
    await door.open();
    await door.close();
    const platform = newPlatform({
      MONGO_URL: `mongodb://127.0.0.1:${door.port}`,
      MONGO_TIMEOUT_MS: '500',
    });
    const mongo = new Mongo({ ...platform, MONGO_URL: process.env['TEST_MONGO']! }, 'test');
    const app = await startWorker(platform);
    const notReady = (reason: RegExp) =>
      eventually(async () => {
        const { statusCode, body } = await app.inject('/health/ready');
        expect(statusCode).toBe(503);
        expect(body).toMatch(reason);
      });
    await eventually(() => send(platform, reading('e', 0, { humidity: -3 })));
    await notReady(
      /partitions wait: (alert rules: they are not read yet|cannot read the device states from MongoDB)/,
    );
    await door.open();
    await eventually(async () =>
      expect(await mongo.alerts.findOne()).toMatchObject({ device_id: 'e', occurrences: 1 }),
    );
    await ready(app);
    await eventually(async () => expect(await committed(platform)).toBe(1));

    await door.close();
    await send(platform, reading('e', 1, { humidity: -4 }));
    await notReady(/partitions wait: cannot write alerts to MongoDB/);
    await send(platform, reading('e', 2, { humidity: 4 }));
    await door.open();
    await eventually(async () =>
      expect(await mongo.alerts.find().toArray()).toMatchObject([
        { occurrences: 2, last_value: -4, status: 'resolved', resolved_at: at(2) },
      ]),
    );
    await eventually(async () => expect(await committed(platform)).toBe(3));
    await stopWorker(app);
    await door.close();
    await mongo.close();
  },
  TIMEOUT_MS,
);

it(
  'goes on with an alert that another worker raised and has not stored in a state, after its device has moved to another partition',
  async () => {
    const platform = newPlatform({ ALERT_CHECKPOINT_MS: '600000' });
    const mongo = storeOf(platform);
    const workers = [await startWorker(platform), await startWorker(platform)];
    await eventually(async () => {
      for (const worker of workers)
        expect((await worker.inject('/metrics')).body).toMatch(
          /assigned_partitions\{topic="[^"]*raw",[^}]*\} 1\n/,
        );
    });
    await send(platform, { ...reading('m', 10, { humidity: 120 }), partition: 0 });
    await eventually(async () =>
      expect(await mongo.alerts.findOne()).toMatchObject({ status: 'active', version: 1 }),
    );
    expect(await mongo.alertStates.countDocuments()).toBe(0);
    await send(platform, { ...reading('m', 20, { humidity: 50 }), partition: 1 });
    const resolved = [{ status: 'resolved', resolved_at: at(20), occurrences: 1, version: 2 }];
    await eventually(async () =>
      expect(await mongo.alerts.find().toArray()).toMatchObject(resolved),
    );
    await Promise.all(workers.map(stopWorker));
    // Only one of them could store its state; what the other one evaluated comes again.
    const third = await startWorker({ ...platform, ALERT_CHECKPOINT_MS: 100 });
    await eventually(async () => expect(await committed(platform)).toBe(2));
    expect(await mongo.alerts.find().toArray()).toMatchObject([{ status: 'resolved' }]);
    expect(await clocksOf(mongo, 'm')).toEqual({ humidity: at(20) });
    await stopWorker(third);
    await mongo.close();
  },
  TIMEOUT_MS,
);

it(
  'starts over when another worker has stored a newer state, and loses nothing by it',
  async () => {
    const platform = newPlatform();
    const mongo = storeOf(platform);
    const app = await startWorker(platform);
    await ready(app);
    await send(platform, reading('f', 0, { humidity: 101 }));
    await eventually(async () => expect(await committed(platform)).toBe(1));
    await mongo.alertStates.updateOne({ _id: 'f' }, { $inc: { version: 1 } });
    await send(platform, reading('f', 1, { humidity: 102 }), reading('g', 1, { humidity: -1 }));
    await eventually(async () => expect(await committed(platform)).toBe(3));
    await ready(app);
    await send(platform, reading('f', 2, { humidity: 50 }), reading('g', 2, { humidity: -1 }));
    await eventually(async () => expect(await committed(platform)).toBe(5));
    expect(await mongo.alerts.find().sort({ _id: 1 }).toArray()).toMatchObject([
      { device_id: 'f', occurrences: 2, status: 'resolved', version: 3 },
      { device_id: 'g', occurrences: 2, status: 'active', version: 2 },
    ]);
    expect((await app.inject('/metrics')).body).toMatch(
      /alert_state_conflicts_total\{[^}]*\} [1-9]/,
    );
    await mongo.close();
  },
  TIMEOUT_MS,
);

it(
  'evaluates a dead letter that was redriven, in its own time',
  async () => {
    const platform = newPlatform();
    const mongo = storeOf(platform);
    await ready(await startWorker(platform));
    await send(platform, reading('h', 10, { current: 11 }));
    await eventually(async () => expect(await mongo.alerts.countDocuments()).toBe(1));
    const headers = {
      [DLQ_HEADER.topic]: platform.TELEMETRY_TOPIC,
      [DLQ_HEADER.partition]: '0',
      [DLQ_HEADER.offset]: '0',
    };
    await producer.send({
      topic: retryTopic(platform.TELEMETRY_TOPIC, platform.CONSUMER_GROUP, 1),
      acks: -1,
      messages: [reading('h', 5, { current: 1 }), reading('i', 5, { current: 12 })].map(
        (message) => ({ ...message, headers }),
      ),
    });
    await eventually(async () => expect(await mongo.alerts.countDocuments()).toBe(2));
    expect(await mongo.alerts.find().sort({ _id: 1 }).toArray()).toMatchObject([
      { device_id: 'h', status: 'active', occurrences: 1 },
      { device_id: 'i', status: 'active', severity: 'critical' },
    ]);
    await mongo.close();
  },
  TIMEOUT_MS,
);
