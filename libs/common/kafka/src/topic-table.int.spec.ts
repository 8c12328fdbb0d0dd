import { randomUUID } from 'node:crypto';
import { kafkaEnv, loadConfig } from '@iot/config';
import { pino } from 'pino';
import { createKafka, TopicTable, type Kafka } from './index.js';

const log = pino({ level: 'silent' });
const env = loadConfig(kafkaEnv, { KAFKA_BOOTSTRAP_SERVERS: process.env['TEST_KAFKA'] });
const kafka: Kafka = createKafka(env, 'test', log);
const producer = kafka.producer({ allowAutoTopicCreation: false });
const tables: TopicTable<Map<string, string>>[] = [];

beforeAll(() => producer.connect());
afterEach(() => Promise.all(tables.splice(0).map((table) => table.close())));
afterAll(() => producer.disconnect());

function follow(topic: string): TopicTable<Map<string, string>> {
  const table = new TopicTable<Map<string, string>>({
    kafka,
    topic: {
      topic,
      numPartitions: 2,
      replicationFactor: 1,
      configEntries: [{ name: 'cleanup.policy', value: 'compact' }],
    },
    groupPrefix: 'table-',
    empty: () => new Map(),
    apply: (map, key, value) => void (value ? map.set(key, value.toString()) : map.delete(key)),
    log,
  });
  tables.push(table);
  table.start();
  return table;
}

async function until(holds: () => boolean, withinMs: number): Promise<number> {
  const began = Date.now();
  while (!holds()) {
    if (Date.now() - began > withinMs) throw new Error('it did not come to hold');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return Date.now() - began;
}

const send = (topic: string, messages: { key: string; value: string | null }[]) =>
  producer.send({ topic, messages });

it('makes the topic, is complete at once when it is empty, and follows it', async () => {
  const topic = `table-${randomUUID()}`;
  const table = follow(topic);
  expect(() => table.check()).toThrow('is being read');
  await until(() => table.current !== undefined, 20_000);
  expect(table.check()).toBeUndefined();
  await send(topic, [{ key: 'a', value: '1' }]);
  await until(() => table.current!.get('a') === '1', 10_000);
  await send(topic, [{ key: 'a', value: null }]);
  await until(() => !table.current!.has('a'), 10_000);
  expect(Date.now() - table.currentAt).toBeLessThan(20_000);
});

it('is not complete before it holds all that was there, the newest of each key', async () => {
  const topic = `table-${randomUUID()}`;
  follow(topic);
  await until(() => tables[0]!.current !== undefined, 20_000);
  const keys = Array.from({ length: 2000 }, (_, n) => `k${n}`);
  await send(
    topic,
    keys.map((key) => ({ key, value: 'old' })),
  );
  await send(
    topic,
    keys.map((key, n) => ({ key, value: n % 3 === 0 ? null : `new ${n}` })),
  );
  const table = follow(topic);
  await until(() => table.current !== undefined, 20_000);
  const expected = keys.flatMap((key, n) => (n % 3 === 0 ? [] : [[key, `new ${n}`] as const]));
  expect([...table.current!].sort()).toEqual(expected.sort());
});
