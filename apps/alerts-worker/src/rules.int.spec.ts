import { randomUUID } from 'node:crypto';
import { RuleStore } from '@iot/alert-rules';
import { changeOf, decodeAlertEvent, type AlertEvent, type Rule } from '@iot/alerting';
import {
  createKafka,
  readTopic,
  topicRanges,
  type Admin,
  type Kafka,
  type Producer,
} from '@iot/kafka';
import { Mongo, type AlertDocument } from '@iot/mongo';
import { createLogger, createService } from '@iot/service';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { alertsConfig } from './config.js';
import { service } from './service.js';

const log = createLogger('test', 'silent');
const name = `rules-${randomUUID().slice(0, 8)}`;
const config = alertsConfig({
  KAFKA_BOOTSTRAP_SERVERS: process.env['TEST_KAFKA'],
  MONGO_URL: process.env['TEST_MONGO'],
  MONGO_DB: name,
  TELEMETRY_TOPIC: `${name}.raw`,
  DLQ_TOPIC: `${name}.dlq`,
  ALERTS_TOPIC: `${name}.alerts`,
  TELEMETRY_PARTITIONS: '1',
  CONSUMER_GROUP: name,
  SESSION_TIMEOUT_MS: '6000',
  ALERT_CHECKPOINT_MS: '100',
});
const ADA = { by: 'ada', origin: 'api' };

let kafka: Kafka;
let admin: Admin;
let producer: Producer;
let mongo: Mongo;
let rules: RuleStore;
let app: NestFastifyApplication;

async function startWorker(): Promise<NestFastifyApplication> {
  const worker = await createService(service, config, log);
  await worker.startAllMicroservices();
  await worker.init();
  await worker.getHttpAdapter().getInstance().ready();
  return worker;
}

async function eventually<T>(check: () => Promise<T>, ms = 30_000): Promise<T> {
  for (const end = Date.now() + ms; ; await new Promise((resolve) => setTimeout(resolve, 50)))
    try {
      return await check();
    } catch (error) {
      if (Date.now() > end) throw error;
    }
}

const send = (device_id: string, values: Record<string, number>, ts = Date.now()) =>
  producer.send({
    topic: config.TELEMETRY_TOPIC,
    messages: [{ key: device_id, value: JSON.stringify({ device_id, ts, ...values }) }],
  });

const alertsOf = (rule: string): Promise<AlertDocument[]> =>
  mongo.alerts.find({ rule }).sort({ timestamp: 1 }).toArray();

async function events(): Promise<AlertEvent[]> {
  const found: AlertEvent[] = [];
  const ranges = await topicRanges(admin, config.ALERTS_TOPIC).catch(() => []);
  if (ranges.every(({ low, end }) => low === end)) return [];
  await readTopic(kafka, config.ALERTS_TOPIC, ({ messages }) => {
    for (const { value } of messages) found.push(decodeAlertEvent(value!));
  });
  return found;
}

const rule = (some: Partial<Rule> & Pick<Rule, 'name' | 'selector' | 'condition'>): Rule => ({
  enabled: true,
  severity: 'warning',
  message: null,
  labels: {},
  ...some,
});

const inForce = (revision: number): Promise<void> =>
  eventually(async () => {
    const { body } = await app.inject('/metrics');
    expect(body).toMatch(new RegExp(`^alert_rules_revision\\{[^}]*\\} ${revision}$`, 'm'));
  });

beforeAll(async () => {
  kafka = createKafka(config, 'test', log);
  admin = kafka.admin();
  producer = kafka.producer();
  mongo = new Mongo(config, 'test');
  rules = new RuleStore(mongo, new Set(config.units.keys()));
  await Promise.all([admin.connect(), producer.connect()]);
  app = await startWorker();
  await eventually(async () => expect((await app.inject('/health/ready')).statusCode).toBe(200));
}, 60_000);

afterAll(async () => {
  await app.close();
  await Promise.all([producer.disconnect(), admin.disconnect()]);
  await mongo.db.dropDatabase();
  await mongo.close();
}, 60_000);

it('takes a rule within 5 s, judges by it, tells of it, and resolves its alerts when it is deleted', async () => {
  const hot = rule({
    name: 'hot',
    labels: { team: 'presses' },
    selector: { device: 'press-*', sensor: 'temperature_c' },
    condition: { kind: 'above', bound: 30, clear_at: 25, critical: 45 },
  });
  await rules.put(hot, ADA);
  const changedAt = performance.now();
  await inForce(await rules.revision());
  expect(performance.now() - changedAt).toBeLessThan(5000);
  await send('press-1', { temperature_c: 31 });
  await send('oven-1', { temperature_c: 31 });
  await send('press-1', { temperature_c: 28 });
  await send('press-1', { temperature_c: 46 });
  await eventually(async () =>
    expect(await alertsOf('hot')).toMatchObject([
      { device_id: 'press-1', status: 'active', severity: 'critical', occurrences: 2, version: 3 },
    ]),
  );
  await mongo.alerts.updateOne(
    { rule: 'hot' },
    {
      $set: { acknowledgement: { by: 'ada', at: new Date(), note: 'on it' }, tell_at: new Date() },
    },
  );
  await eventually(async () => expect((await events()).map(changeOf)).toContain('acknowledged'));
  await rules.remove('hot', ADA);
  await eventually(async () =>
    expect(await alertsOf('hot')).toMatchObject([
      { status: 'resolved', resolved_reason: 'rule_deleted', acknowledgement: { by: 'ada' } },
    ]),
  );
  await eventually(async () => {
    const told = (await events()).filter(({ data }) => data.rule === 'hot');
    expect(told.map((event) => [changeOf(event), event.data.version])).toEqual([
      ['raised', 1],
      ['severity_changed', 3],
      ['acknowledged', 3],
      ['resolved', 4],
    ]);
    expect(new Set(told.map(({ id }) => id)).size).toBe(4);
    expect(told[0]!.data).toMatchObject({ labels: { team: 'presses' }, rule_version: 1 });
  });
}, 60_000);

it('finds a device that is silent, not those whose readings wait in a backlog, and goes on with it after a restart', async () => {
  await rules.put(
    rule({
      name: 'gone',
      selector: { device: 'field-*' },
      condition: { kind: 'silent', span: '5s' },
    }),
    ADA,
  );
  await inForce(await rules.revision());
  let stopped = false;
  const talking = (async () => {
    while (!stopped) {
      await send('field-1', { humidity: 40 });
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  })();
  await send('field-2', { humidity: 40 });
  const silentSince = performance.now();
  await eventually(async () =>
    expect(await alertsOf('gone')).toMatchObject([{ device_id: 'field-2', status: 'active' }]),
  );
  const found = performance.now() - silentSince;
  expect(found).toBeGreaterThan(5000);
  expect(found).toBeLessThan(8500);
  // The worker is away for longer than the span, while the devices go on.
  await app.close();
  await new Promise((resolve) => setTimeout(resolve, 6000));
  app = await startWorker();
  await send('field-2', { humidity: 41 });
  await eventually(async () =>
    expect(await alertsOf('gone')).toMatchObject([{ device_id: 'field-2', status: 'resolved' }]),
  );
  stopped = true;
  await talking;
  expect(await alertsOf('gone')).toHaveLength(1);
}, 90_000);
