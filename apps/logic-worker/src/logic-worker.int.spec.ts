import { randomUUID } from 'node:crypto';
import {
  createKafka,
  headerListOf,
  headersOf,
  headerText,
  readTopic,
  retryTopic,
  type Producer,
} from '@iot/kafka';
import { LogicStore } from '@iot/logic';
import { Mongo } from '@iot/mongo';
import { createLogger, createService } from '@iot/service';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { logicConfig } from './config.js';
import { service } from './service.js';

const TIMEOUT_MS = 90_000;
const T0 = Date.now() - 60_000;
const name = `logic-${randomUUID().slice(0, 8)}`;
const log = createLogger('test', process.env['TEST_LOG'] ?? 'silent');
const config = logicConfig({
  KAFKA_BOOTSTRAP_SERVERS: process.env['TEST_KAFKA'],
  MONGO_URL: process.env['TEST_MONGO'],
  MONGO_DB: name,
  TELEMETRY_TOPIC: `${name}.raw`,
  DLQ_TOPIC: `${name}.dlq`,
  RESULTS_TOPIC: `${name}.results`,
  TELEMETRY_PARTITIONS: '2',
  CONSUMER_GROUP: name,
  RETRY_BASE_DELAY_MS: '1',
  LOGIC_POLL_MS: '100',
  LOGIC_FAILURES: '2',
});

const kafka = createKafka(config, 'test', log);
const producer: Producer = kafka.producer({ allowAutoTopicCreation: false });
const mongo = new Mongo(config, 'test');
const logic = new LogicStore(mongo);
let app: NestFastifyApplication;

beforeAll(async () => {
  await mongo.connect();
  await define('*', 'state.n = (state.n ?? 0) + 1; return state');
  app = await createService(service, config, log);
  await app.startAllMicroservices();
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  await producer.connect();

  await eventually(async () => expect((await app.inject('/health/ready')).statusCode).toBe(200));
}, TIMEOUT_MS);
afterAll(() => Promise.all([producer.disconnect(), mongo.close(), app.close()]), TIMEOUT_MS);

const define = (pattern: string, body: string, fresh = false) =>
  logic.add({
    pattern,
    logic: `function process(data, state, context) { ${body} }`,
    by: 'test',
    fresh,
  });

let sent = 0;
const reading = (device_id: string, more: object = {}) => ({
  device_id,
  event_id: `e-${sent++}`,
  ts: T0 + sent,
  humidity: 50,
  ...more,
});
const send = (...readings: { device_id: string }[]) =>
  producer.send({
    topic: config.TELEMETRY_TOPIC,
    acks: -1,
    messages: readings.map((one) => ({ key: one.device_id, value: JSON.stringify(one) })),
  });

async function eventually(probe: () => Promise<void>): Promise<void> {
  for (const end = Date.now() + TIMEOUT_MS / 3; ;)
    try {
      return await probe();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
}

const stateOf = async (machine: string) => mongo.machineStates.findOne({ _id: machine });
const becomes = (machine: string, state: unknown) =>
  eventually(async () => expect(JSON.parse((await stateOf(machine))!.state)).toEqual(state));

async function resultsOf(machine: string) {
  const found: { id: string | undefined; value: unknown; type: string | undefined }[] = [];
  await readTopic(kafka, config.RESULTS_TOPIC, ({ messages }) => {
    for (const message of messages) {
      if (message.key?.toString() !== machine) continue;
      const headers = headersOf(headerListOf(message));
      found.push({
        id: headerText(headers, 'ce_id'),
        type: headerText(headers, 'ce_type'),
        value: JSON.parse(message.value!.toString()),
      });
    }
  });
  return found;
}

it(
  'runs the program of each machine, publishes its results and keeps its state',
  async () => {
    await define('plant.a', 'return { state: data.ts, results: [data.humidity, context.machine] }');
    await new Promise((resolve) => setTimeout(resolve, 300));
    await send(reading('m1'), reading('m1'), reading('plant.a', { humidity: 7 }), reading('m2'));
    await becomes('m1', { n: 2 });
    await becomes('m2', { n: 1 });
    await eventually(async () => expect(await stateOf('plant.a')).not.toBeNull());
    const results = await resultsOf('plant.a');
    expect(results.map(({ value }) => value)).toEqual([7, 'plant.a']);
    expect(results[0]!.type).toBe('iot.machine.result');
    expect(results.map(({ id }) => id)).toEqual([
      expect.stringMatching(new RegExp(`^plant\\.a/1/${config.TELEMETRY_TOPIC}/\\d/\\d+/0$`)),
      expect.stringMatching(/\/1$/),
    ]);
    expect((await resultsOf('m1')).map(({ value }) => value)).toEqual([{ n: 1 }, { n: 2 }]);
  },
  TIMEOUT_MS,
);

it(
  'is not held up by records whose key is no machine',
  async () => {
    const keys = [null, '', 'a b', 'é', 'x'.repeat(129)];
    for (const partition of [0, 1])
      await producer.send({
        topic: config.TELEMETRY_TOPIC,
        acks: -1,
        messages: keys.map((key) => ({ key, value: JSON.stringify(reading('m0')), partition })),
      });
    const goOn = ['m4', 'm5', 'm6', 'm7'];
    for (const n of [1, 2]) {
      await send(...goOn.map((id) => reading(id)));
      for (const id of goOn) await becomes(id, { n });
    }
    const odd = { _id: { $in: keys.map((key) => key ?? '') } };
    expect(await mongo.machineStates.find(odd).toArray()).toEqual([]);
  },
  TIMEOUT_MS,
);

it(
  'takes a change of logic within seconds, with the state or without',
  async () => {
    await send(reading('m3'));
    await becomes('m3', { n: 1 });
    await define('m3', 'state.n += 100; return state');
    await eventually(async () => {
      await send(reading('m3'));
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect((JSON.parse((await stateOf('m3'))!.state) as { n: number }).n).toBeGreaterThan(100);
    });
    await define('m3', 'state.m = (state.m ?? 0) + 1; return state', true);
    await eventually(async () => {
      await send(reading('m3'));
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect(Object.keys(JSON.parse((await stateOf('m3'))!.state) as object)).toEqual(['m']);
    });
  },
  TIMEOUT_MS,
);

it(
  'keeps the state of a machine whose own program is taken away',
  async () => {
    const count = 'state.n = (state.n ?? 0) + 1; return state';
    await define('own.*', count, true);
    await define('own.1', count, true);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await send(reading('own.1'));
    await becomes('own.1', { n: 1 });
    await logic.activate('own.1', null, 'test');
    await new Promise((resolve) => setTimeout(resolve, 300));
    await send(reading('own.1'));
    await becomes('own.1', { n: 2 });
    expect(await stateOf('own.1')).toMatchObject({ pattern: 'own.*' });
  },
  TIMEOUT_MS,
);

it(
  'sets aside what a program fails at, holds it, and takes it back once it is mended',
  async () => {
    await define('bad.*', 'if (data.humidity > 60) null.x; return (+state || 0) + data.humidity');
    await new Promise((resolve) => setTimeout(resolve, 300));
    const readings = [50, 70, 71, 51].map((humidity) => reading('bad.1', { humidity }));
    await send(...readings, reading('bad.2'));
    await becomes('bad.2', 50);
    await eventually(async () => {
      const state = await stateOf('bad.1');
      expect(state).toMatchObject({ state: '50', runs: 3, errors: 2 });
      expect(state!.held).not.toBeNull();
      expect(state!.last_error).toMatchObject({
        name: 'TypeError',
        event_id: readings[2]!.event_id,
      });
    });
    const letters: { key: Buffer; value: Buffer; headers: Record<string, string> }[] = [];
    await eventually(async () => {
      letters.length = 0;
      await readTopic(kafka, config.DLQ_TOPIC, ({ messages }) => {
        for (const message of messages) {
          const headers = headersOf(headerListOf(message));
          letters.push({
            key: message.key!,
            value: message.value!,
            headers: Object.fromEntries(headers.map(([key, value]) => [key, String(value)])),
          });
        }
      });
      expect(letters).toHaveLength(3);
    });
    expect(letters.map(({ headers }) => headers['__dlq.errors.exception']).toSorted()).toEqual([
      'ProgramError',
      'ProgramError',
      'held',
    ]);
    await define('bad.*', 'return (+state || 0) + data.humidity');
    await new Promise((resolve) => setTimeout(resolve, 300));
    const redrive = () =>
      producer.send({
        topic: retryTopic(config.TELEMETRY_TOPIC, name, 1),
        acks: -1,
        messages: letters,
      });
    await redrive();
    await becomes('bad.1', 50 + 70 + 71 + 51);
    await redrive();
    await send(reading('bad.1', { humidity: 1 }));
    await becomes('bad.1', 50 + 70 + 71 + 51 + 1);
    expect((await stateOf('bad.1'))!.skipped).toEqual([]);
  },
  TIMEOUT_MS,
);

it(
  'finds the machine that hangs, and goes on with its neighbours',
  async () => {
    await define('hang.*', "if (data.device_id === 'hang.1') new Array(1e9).join(); return 1");
    await new Promise((resolve) => setTimeout(resolve, 300));
    await send(reading('hang.1'), reading('hang.1'), reading('hang.2'));
    await becomes('hang.2', 1);
    await eventually(async () =>
      expect(await stateOf('hang.1')).toMatchObject({
        state: '{}',
        errors: 1,
        last_error: { name: 'StuckError' },
      }),
    );
    expect((await app.inject('/metrics')).body).toMatch(
      /logic_process_restarts_total\{reason="stuck".*\} [1-9]/,
    );
  },
  TIMEOUT_MS,
);
