import { jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { createKafka } from '@iot/kafka';
import { Mongo } from '@iot/mongo';
import { createLogger } from '@iot/service';
import { loadSettings } from '../connection/config.js';
import { ctl } from '../testing/ctl.js';
import { shardCommands } from './shard.js';

const id = randomUUID().slice(0, 8);
Object.assign(process.env, {
  KAFKA_BOOTSTRAP_SERVERS: process.env['TEST_KAFKA'],
  MONGO_URL: process.env['TEST_MONGO'],
  MONGO_DB: `init-${id}`,
  TELEMETRY_TOPIC: `raw-${id}`,
  TELEMETRY_PARTITIONS: '5',
  DLQ_TOPIC: `dlq-${id}`,
  AGGREGATOR_GROUP: `aggregator-${id}`,
  ALERTS_GROUP: `alerts-${id}`,
  LOGIC_GROUP: `logic-${id}`,
  NOTIFIER_GROUP: `notifier-${id}`,
  ALERTS_TOPIC: `told-${id}`,
  RESULTS_TOPIC: `results-${id}`,
  LOGS_TOPIC: `logs-${id}`,
  MAX_RETRIES: '2',
});
const settings = loadSettings();
const topics = [
  `raw-${id}`,
  `dlq-${id}`,
  `raw-${id}.aggregator-${id}.retry.1`,
  `raw-${id}.aggregator-${id}.retry.2`,
  `raw-${id}.alerts-${id}.retry.1`,
  `raw-${id}.logic-${id}.retry.1`,
  `told-${id}`,
  `told-${id}.notifier-${id}.retry.1`,
  `results-${id}`,
  `logs-${id}`,
];

jest.setTimeout(60_000);

describe('init', () => {
  const admin = createKafka(settings, 'test', createLogger('test', 'silent')).admin();
  const mongo = new Mongo(settings, 'test');
  beforeAll(() => admin.connect());
  afterAll(async () => {
    await admin.deleteTopics({ topics });
    await admin.disconnect();
    await mongo.db.dropDatabase();
    await mongo.close();
  });

  it('creates the topics of all workers and the indexes', async () => {
    const { code, printed } = await ctl('--json', 'init');
    expect([code, JSON.parse(printed)]).toMatchObject([0, { created: topics, existing: [] }]);
    const { topics: described } = await admin.fetchTopicMetadata({
      topics: [`raw-${id}`, `results-${id}`, `told-${id}`],
    });
    const partitions = described.map(({ name, partitions }) => [name, partitions.length]);
    expect(Object.fromEntries(partitions)).toEqual({
      [`raw-${id}`]: 5,
      [`results-${id}`]: 5,
      [`told-${id}`]: 6,
    });
    expect((await mongo.alerts.indexes()).map(({ key }) => key)).toContainEqual({ created_at: -1 });
  });

  it('leaves what is there as it is', async () => {
    const { code, printed } = await ctl('init');
    expect(code).toBe(0);
    expect(printed.split('\n').slice(0, topics.length + 1)).toEqual([
      ...topics.map((name) => `${name} was there`),
      `indexes of init-${id}: in place`,
    ]);
  });

  it('makes the hashed indexes, also where there is data, and prints what a mongos is to do', async () => {
    await mongo.alerts.insertOne({ _id: 'a', device_id: 'd' } as never);
    const { code, printed } = await ctl('init', '--shard');
    expect(code).toBe(0);
    expect(printed).toContain(
      'hashed indexes of telemetry_raw, aggregated_data, alerts, alert_states, devices: in place',
    );
    for (const line of shardCommands(`init-${id}`)) expect(printed).toContain(`  ${line}`);
    const keys = (await mongo.alerts.indexes()).map(({ key }) => key as object);
    expect(keys).toContainEqual({ device_id: 'hashed' });
  });

  it('keeps trying for as long as it was told, and then says what does not answer', async () => {
    const { code, said } = await ctl('--brokers', 'localhost:1', 'init', '--wait', '4');
    expect(code).toBe(3);
    expect(said).toMatch(
      /^Kafka at localhost:1 does not answer: .*; trying again\nerror: Kafka at localhost:1 does not answer: .*set KAFKA_BOOTSTRAP_SERVERS/,
    );
  });
});
