import { jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { createKafka, TOPIC_RESOURCE } from '@iot/kafka';
import { Mongo } from '@iot/mongo';
import { createLogger } from '@iot/service';
import { loadSettings } from '../connection/config.js';
import { wantedTopics } from '../init/wanted-topics.js';
import { ctl, ctlJson } from '../testing/ctl.js';
import type { Finding } from './core/finding.js';

const id = randomUUID().slice(0, 8);
const raw = `raw-${id}`;
Object.assign(process.env, {
  KAFKA_BOOTSTRAP_SERVERS: process.env['TEST_KAFKA'],
  MONGO_URL: process.env['TEST_MONGO'],
  MONGO_DB: `doctor-${id}`,
  TELEMETRY_TOPIC: raw,
  TELEMETRY_PARTITIONS: '2',
  DLQ_TOPIC: `dlq-${id}`,
  AGGREGATOR_GROUP: `aggregator-${id}`,
  ALERTS_GROUP: `alerts-${id}`,
  MAX_RETRIES: '1',
});
const settings = loadSettings();
jest.setTimeout(120_000);

const kafka = createKafka(settings, 'test', createLogger('test', 'silent'));
const admin = kafka.admin();
const mongo = new Mongo(settings, 'test');
beforeAll(async () => {
  await admin.connect();
  expect((await ctl('init')).code).toBe(0);
});
afterAll(async () => {
  await admin.deleteTopics({ topics: wantedTopics(settings).map(({ topic }) => topic) });
  await admin.disconnect();
  await mongo.db.dropDatabase();
  await mongo.close();
});

/** What is not ok, as lines. */
async function complaints(): Promise<{ code: number; lines: string[] }> {
  const { code, json } = await ctlJson('doctor');
  const findings = (json as { findings: Finding[] }).findings;
  return {
    code,
    lines: findings
      .filter(({ status }) => status !== 'ok')
      .map(({ status, check, says }) => `${status} ${check}: ${says}`),
  };
}

const configure = (topic: string, entries: Record<string, string>): Promise<unknown> =>
  admin.alterConfigs({
    validateOnly: false,
    resources: [
      {
        type: TOPIC_RESOURCE,
        name: topic,
        configEntries: Object.entries(entries).map(([name, value]) => ({ name, value })),
      },
    ],
  });

it('finds nothing wrong with what init made, and says what it could not see', async () => {
  const { code, lines } = await complaints();
  expect(code).toBe(0);
  for (const name of [raw, `dlq-${id}`])
    expect(lines).toContain(`warn ${name}: has one replica, as there is one broker`);
  expect(lines.filter((line) => line.startsWith('fail'))).toEqual([]);
  expect((await ctl('doctor')).printed).toMatch(/\d+ ok, \d+ to look at, 0 wrong/);
});

it.each([
  [{ 'retention.ms': '3600000' }, `fail ${raw}: keeps records for 0.04 days`],
  [{ 'cleanup.policy': 'compact' }, `fail ${raw}: cleanup.policy is compact`],
  [{ 'message.timestamp.type': 'LogAppendTime' }, `warn ${raw}: message.timestamp.type is Log`],
  [{ 'compression.type': 'gzip' }, `warn ${raw}: compression.type is gzip`],
])('tells of %j', async (entries, line) => {
  await configure(raw, { 'retention.ms': '604800000', ...entries });
  try {
    const { code, lines } = await complaints();
    expect(lines.filter((it) => it.startsWith(line))).toHaveLength(1);
    expect(code).toBe(line.startsWith('fail') ? 1 : 0);
  } finally {
    await configure(raw, { 'retention.ms': '604800000' });
  }
});

it('tells of partitions that are not as wanted, where init said that the topic was there', async () => {
  process.env['TELEMETRY_PARTITIONS'] = '5';
  try {
    expect((await complaints()).lines).toContain(`warn ${raw}: has 2 partitions, 5 are wanted`);
    expect((await ctl('init')).printed).toContain('has 2 partitions, 5 are wanted');
  } finally {
    process.env['TELEMETRY_PARTITIONS'] = '2';
  }
});

it('tells of an index that is gone, of windows that differ, and of a record from the future', async () => {
  await mongo.alerts.dropIndex('created_at_-1');
  const [hour, day] = [3_600_000, 86_400_000];
  await mongo.facts.insertOne({
    _id: 'rollups',
    version: 1,
    epoch: 1,
    in_force: true,
    raw: { configured_ms: 30 * day, retention_ms: 30 * day, kept_since: null },
    sizes: { '1h': { era: 1, complete_since: null, retention_ms: 730 * day, kept_since: null } },
    retired: {},
    used_at: new Date(),
  } as never);
  const producer = kafka.producer();
  await producer.connect();
  const ahead = String(Date.now() + hour / 2);
  await producer.send({ topic: raw, messages: [{ value: '{}', timestamp: ahead, partition: 1 }] });
  await producer.disconnect();
  const { code, lines } = await complaints();
  expect(code).toBe(1);
  expect(lines).toContain(
    'fail indexes: alerts lacks {"created_at":-1}: lists that need them answer 503',
  );
  expect(lines).toContain('fail configuration: WINDOWS is 1m,1h,1d here, 1h there');
  expect(lines).toContain(`warn clock: partitions 1 of ${raw} have records from the future`);
});

it('tells of a stranger in a group', async () => {
  const consumer = kafka.consumer({ groupId: `alerts-${id}` });
  await consumer.connect();
  await consumer.subscribe({ topics: [raw] });
  const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
  await consumer.run({ eachMessage: () => Promise.resolve() });
  await joined;
  try {
    expect((await complaints()).lines).toContainEqual(
      expect.stringMatching(/^warn group alerts-.*: test at .* is in it beside alerts-worker/),
    );
  } finally {
    await consumer.disconnect();
  }
});

it('lets init refuse what is unsafe, unless it is accepted by name', async () => {
  await configure(raw, { 'retention.ms': '3600000' });
  const refused = await ctl('init');
  expect(refused.code).toBe(1);
  expect(refused.said).toContain(
    'unsafe: mend what is wrong, or accept it with --accept-unsafe retention',
  );
  expect((await ctl('init', '--accept-unsafe', 'replication')).code).toBe(1);
  expect((await ctl('init', '--accept-unsafe', 'replication, retention')).code).toBe(0);
  expect((await ctl('init', '--accept-unsafe', 'everything')).code).toBe(2);
});
