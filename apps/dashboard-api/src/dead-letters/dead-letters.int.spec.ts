import { randomUUID } from 'node:crypto';
import { asMessage, createKafka, deadLetterHeaders, readTopic, retryTopic } from '@iot/kafka';
import { Mongo } from '@iot/mongo';
import { createLogger, createService } from '@iot/service';
import { jest } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { dashboardConfig } from '../config.js';
import { service } from '../service.js';

/** Generous: the machine may be busy. */
jest.setTimeout(60_000);

const id = randomUUID().slice(0, 8);
const [topic, dlq, group] = [`raw-${id}`, `dlq-${id}`, `aggregator-${id}`];
const config = dashboardConfig({
  HOST: '127.0.0.1',
  AUTH: 'off',
  MONGO_URL: process.env['TEST_MONGO'],
  MONGO_DB: `dead_${id}`,
  KAFKA_BOOTSTRAP_SERVERS: process.env['TEST_KAFKA'],
  TELEMETRY_TOPIC: topic,
  DLQ_TOPIC: dlq,
  AGGREGATOR_GROUP: group,
});
const log = createLogger('test', 'silent');
const kafka = createKafka(config, 'test', log);
const [admin, producer] = [kafka.admin(), kafka.producer()];
const mongo = new Mongo(config, 'test');
const retry = retryTopic(topic, group, 1);
let app: NestFastifyApplication;

async function ask(method: 'GET' | 'POST', url: string, payload?: object) {
  const { statusCode, body } = await app.inject({ method, url, ...(payload && { payload }) });
  return { status: statusCode, body: JSON.parse(body) as Record<string, unknown> };
}

const failed = (offset: number, reason: string, value: Buffer) => {
  const at = { topic, partition: 2, offset: String(offset) };
  const key = Buffer.from(`device-${offset % 2}`);
  const receivedAt = Date.now() - 60_000;
  const record = {
    ...{ ...at, at, key, value, headers: [], receivedAt },
    ...{ receivedAtText: String(receivedAt), deliveries: 1 },
  };
  const failure = { record, stage: 'decode', reason, message: `it is ${reason}`, permanent: true };
  const headers = deadLetterHeaders(failure, group, Date.now() - 1000 + offset);
  return asMessage({ key, value, timestamp: String(receivedAt), headers });
};

const sentBack = async (): Promise<number> => {
  let count = 0;
  await readTopic(kafka, retry, ({ messages }) => void (count += messages.length));
  return count;
};

beforeAll(async () => {
  app = await createService(service, config, log);
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  await Promise.all([admin.connect(), producer.connect()]);
  await admin.createTopics({
    waitForLeaders: true,
    topics: [{ topic, numPartitions: 3 }, { topic: dlq, numPartitions: 1 }, { topic: retry }],
  });
  const messages = [
    failed(0, 'wet', Buffer.from('{"humidity":"wet"}')),
    failed(1, 'odd', Buffer.from([0xff, 0, 1])),
    failed(2, 'wet', Buffer.from(`é${'x'.repeat(20_000)}`)),
    { key: 'x', value: 'of somebody else' },
  ];
  await producer.send({ topic: dlq, messages });
});
afterAll(async () => {
  await app.close();
  await mongo.db.dropDatabase();
  await Promise.all([admin.disconnect(), producer.disconnect(), mongo.close()]);
});

it('lists the newest with why they failed, and counts them by that', async () => {
  const { status, body } = await ask('GET', '/dead-letters?limit=1&group=' + group);
  expect(status).toBe(200);
  expect(body).toMatchObject({ total: 3, looked_at: 4, retained: 4 });
  expect(body['groups']).toEqual([
    expect.objectContaining({ group, stage: 'decode', reason: 'wet', count: 2 }),
    expect.objectContaining({ reason: 'odd', count: 1 }),
  ]);
  expect(body['data']).toEqual([
    expect.objectContaining({
      ...{ place: `${dlq}/0/2`, original: `${topic}/2/2`, device_id: 'device-0' },
      ...{ message: 'it is wet', deliveries: 2, redrives: 0, foreign: null, cut: null },
    }),
  ]);
  const odd = await ask('GET', '/dead-letters?device_id=device-1');
  expect(odd.body['data']).toEqual([expect.objectContaining({ reason: 'odd' })]);
  const foreign = await ask('GET', '/dead-letters');
  expect(foreign.body['data']).toContainEqual(
    expect.objectContaining({ foreign: 'it has no __dlq.errors headers' }),
  );
});

it('shows a record as text where it is one, and not more than the page can bear', async () => {
  expect((await ask('GET', '/dead-letters/0/0')).body['value']).toEqual({
    ...{ text: '{"humidity":"wet"}', encoding: 'utf8', bytes: 18, complete: true },
  });
  expect((await ask('GET', '/dead-letters/0/1')).body['value']).toEqual({
    ...{ text: '/wAB', encoding: 'base64', bytes: 3, complete: true },
  });
  const long = (await ask('GET', '/dead-letters/0/2')).body['value'] as { text: string };
  expect(long).toMatchObject({ encoding: 'utf8', bytes: 20_002, complete: false });
  expect(long.text).toHaveLength(16_383);
  expect((await ask('GET', '/dead-letters/0/99')).status).toBe(404);
  expect((await ask('GET', '/dead-letters/7/0')).status).toBe(404);
});

it('sends back what was chosen, once, after saying what that would be', async () => {
  const would = { sent: [{ topic: retry, count: 2 }], refused_count: 0 };
  const wet = { group, reason: 'wet' };
  expect(await ask('POST', '/dead-letters/redrive', { ...wet, dry_run: true })).toMatchObject({
    status: 200,
    body: { ...would, dry_run: true, groups_not_running: [group] },
  });
  expect(await sentBack()).toBe(0);
  const one = { place: `${dlq}/0/0`, dry_run: false };
  expect((await ask('POST', '/dead-letters/redrive', one)).body).toMatchObject({
    sent: [{ topic: retry, count: 1 }],
  });
  expect(
    (await ask('POST', '/dead-letters/redrive', { ...wet, dry_run: false })).body,
  ).toMatchObject({ sent: [{ topic: retry, count: 1 }], already_redriven: 1 });
  expect(await sentBack()).toBe(2);
  const audit = await mongo.db.collection('audit').find({}).toArray();
  expect(audit.map(({ action, target }) => [action, target]).sort()).toEqual([
    ['dead_letters_redrive', group],
    ['dead_letters_redrive', `${dlq}/0/0`],
  ]);
});

it('refuses what is no redrive, and a place where nothing is', async () => {
  expect(await ask('POST', '/dead-letters/redrive', { group })).toMatchObject({
    status: 400,
    body: { errors: [{ field: 'dry_run' }] },
  });
  const away = { place: `${dlq}/0/99`, dry_run: true };
  expect((await ask('POST', '/dead-letters/redrive', away)).status).toBe(404);
});
