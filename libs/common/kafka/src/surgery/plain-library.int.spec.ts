import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { CompressionTypes } from 'kafkajs';
import { pino } from 'pino';
import { kafkaEnv, loadConfig } from '@iot/config';
import { consumerMetrics, createRegistry } from '@iot/metrics';
import { TELEMETRY_BATCHES, type BatchHandler } from '../batch.js';
import { BatchConsumer } from '../batch-consumer.js';
import { createKafka } from '../client.js';
import { asMessage } from '../failure-router.js';
import { headersOf, headerText, type RecordHeaders } from '../headers.js';
import { readTopic } from '../read-topic.js';
import { DLQ_HEADER, type ConsumedRecord } from '../record.js';
import { runOnTheLibrary } from '../testing/index.js';
import { runsOnTheLibrary } from './install.js';

const id = randomUUID().slice(0, 8);
const log = pino({ level: 'silent' });
const env = loadConfig(kafkaEnv, {
  KAFKA_BOOTSTRAP_SERVERS: process.env['TEST_KAFKA'],
  TELEMETRY_TOPIC: `raw-${id}`,
  DLQ_TOPIC: `dlq-${id}`,
  TELEMETRY_PARTITIONS: '1',
});
const HEADERS: RecordHeaders = [
  ['trace', 'a'],
  ['trace', 'b'],
  ['empty', null],
];

runOnTheLibrary();
const kafka = createKafka(env, 'plain', log);
const producer = kafka.producer();
const admin = kafka.admin();
const handled: ConsumedRecord[] = [];
const consumer = new BatchConsumer({
  kafka,
  env,
  group: id,
  maxRetries: 1,
  retryBaseDelayMs: 100,
  sessionTimeoutMs: 6000,
  fetchMaxBytes: 1 << 20,
  partitionFetchMaxBytes: 1 << 18,
  concurrency: 1,
  metrics: consumerMetrics(createRegistry('test')),
  log,
});

/** Fails what says `once` on its first delivery, and what says `bad` on each. */
const handler: BatchHandler = async ({ records }) => {
  const failed = records.filter(({ value, deliveries }) =>
    String(value) === 'bad' ? true : String(value) === 'once' && deliveries === 0,
  );
  handled.push(...records.filter((record) => !failed.includes(record)));
  return {
    failures: failed.map((record) => ({
      record,
      stage: 'store',
      reason: 'refused',
      message: 'it says so',
      permanent: String(record.value) === 'bad',
    })),
  };
};

async function until(what: string, ask: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 30_000; Date.now() < end; await delay(50)) if (await ask()) return;
  throw new Error(`${what}: not within 30 s`);
}

const send = (values: readonly string[], compression = CompressionTypes.None) =>
  producer.send({
    topic: env.TELEMETRY_TOPIC,
    compression,
    messages: values.map((value) => asMessage({ key: 'k', value, headers: HEADERS })),
  });

beforeAll(async () => {
  await Promise.all([producer.connect(), admin.connect()]);
  consumer.addHandler(TELEMETRY_BATCHES, handler as never, true);
  consumer.onHandled((...position) => consumer.commit(...position));
  consumer.listen(() => undefined);
  await until('the consumer joins', () => {
    try {
      consumer.check();
      return true;
    } catch {
      return false;
    }
  });
}, 60_000);
afterAll(async () => {
  await consumer.close();
  await Promise.all([producer.disconnect(), admin.disconnect()]);
}, 60_000);

it('consumes, tries again, sets aside and commits on kafkajs’s own code', async () => {
  expect(runsOnTheLibrary()).toBe(true);
  await send(['first', 'once', 'bad']);
  await send(['zipped', 'last'], CompressionTypes.GZIP);
  await until('all are handled', () => handled.length >= 4);
  expect(handled.map(({ value }) => String(value)).sort()).toEqual([
    'first',
    'last',
    'once',
    'zipped',
  ]);
  const again = handled.find(({ value }) => String(value) === 'once')!;
  expect([again.topic, again.offset, again.deliveries]).toEqual([env.TELEMETRY_TOPIC, '1', 1]);
  const own = headersOf(again.headers).map(([name, value]) => [String(name), String(value)]);
  expect(own).toEqual(
    expect.arrayContaining([
      ['trace', 'a'],
      ['trace', 'b'],
      ['empty', ''],
    ]),
  );
  await until('the offset is committed', async () => {
    const [topic] = await admin.fetchOffsets({ groupId: id, topics: [env.TELEMETRY_TOPIC] });
    return topic?.partitions[0]?.offset === '5';
  });
}, 60_000);

it('reads the dead letters, and passes over what a transaction left', async () => {
  const letters: (string | undefined)[] = [];
  const read = (topic: string, onValue: (value: string, offset?: string) => void) =>
    readTopic(kafka, topic, ({ messages }) => {
      for (const { value, headers } of messages)
        onValue(String(value), headerText(headers, DLQ_HEADER.offset));
    });
  await until('the letter is there', async () => {
    letters.length = 0;
    await read(env.DLQ_TOPIC, (value, offset) => letters.push(value, offset));
    return letters.length > 0;
  });
  expect(letters).toEqual(['bad', '2']);
  const transactional = kafka.producer({ transactionalId: id, maxInFlightRequests: 1 });
  await transactional.connect();
  const transaction = await transactional.transaction();
  await transaction.send({ topic: env.TELEMETRY_TOPIC, messages: [{ key: 'k', value: 'no' }] });
  await transaction.abort();
  await transactional.disconnect();
  await send(['behind']);
  const values: string[] = [];
  await until('the transaction has ended', async () => {
    values.length = 0;
    await read(env.TELEMETRY_TOPIC, (value) => values.push(value));
    return values.includes('behind');
  });
  expect(values).toEqual(['first', 'once', 'bad', 'zipped', 'last', 'behind']);
}, 60_000);
