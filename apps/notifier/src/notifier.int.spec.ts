import { randomUUID } from 'node:crypto';
import { alertEvent, encodeAlertEvent, type AlertChange, type AlertEventData } from '@iot/alerting';
import { createKafka, readTopic } from '@iot/kafka';
import { Mongo, type ReceiverDocument, type RouteDocument } from '@iot/mongo';
import { newWebhookSecret, pendingNotification, seal } from '@iot/notification';
import { createLogger, createService } from '@iot/service';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Webhook } from 'standardwebhooks';
import { notifierConfig } from './config.js';
import { service } from './service.js';
import { HttpReceiver } from './testing/http-receiver.js';
import { MailServer } from './testing/mail-server.js';

const TIMEOUT_MS = 20_000;
const name = `notifier_${randomUUID().slice(0, 8)}`;
const log = createLogger('test', 'silent');
const http = new HttpReceiver();
const mail = new MailServer();
const secret = newWebhookSecret();
const CREDENTIALS_SECRET = 'a secret of the notifier for the test';
let app: NestFastifyApplication;
let mongo: Mongo;
let send: (...records: { key: string; value: string }[]) => Promise<unknown>;
let letters: () => Promise<string[]>;
const ends: (() => Promise<unknown>)[] = [];

const receiver = (_id: string, fields: Partial<ReceiverDocument>): ReceiverDocument => ({
  _id,
  kind: 'webhook',
  enabled: true,
  rate_limit: { count: 100, per_s: 1 },
  source: 'api',
  version: 1,
  created_at: new Date(),
  updated_at: new Date(),
  ...fields,
});
const route = (_id: string, fields: Partial<RouteDocument>): RouteDocument => ({
  _id,
  enabled: true,
  receiver: _id,
  match: { selector: { device: '*' } },
  group_by: ['rule'],
  group_wait_s: 0,
  group_interval_s: 0,
  repeat_interval_s: 0,
  send_resolved: true,
  source: 'api',
  version: 1,
  created_at: new Date(),
  updated_at: new Date(),
  ...fields,
});
const sealed = (to: string, path: string) =>
  seal(
    { url: `${http.url}${path}`, secrets: [secret], authorization: 'Bearer b' },
    to,
    CREDENTIALS_SECRET,
  );

const AT = '2026-01-31T12:00:00.000Z';
const record = (
  change: AlertChange,
  device_id: string,
  version: number,
  more: Partial<AlertEventData> = {},
) => ({
  key: device_id,
  value: encodeAlertEvent(
    alertEvent(change, AT, {
      alert_id: `${device_id}|hot|1`,
      version,
      status: change === 'resolved' ? 'resolved' : 'active',
      severity: 'warning',
      message: `<b>${device_id}</b> is hot\r\nBcc: eve@example.com`,
      labels: { team: 'presses' },
      rule: 'hot',
      rule_version: 1,
      alert_type: 'above',
      device_id,
      sensor_type: 'temperature_c',
      value: 81,
      last_value: 82,
      threshold: 80,
      occurrences: 1,
      timestamp: AT,
      last_seen: AT,
      created_at: AT,
      raises_last_hour: 1,
      acknowledgement: null,
      resolved_at: change === 'resolved' ? AT : null,
      resolved_reason: null,
      ...more,
    }),
  ),
});

async function eventually<T>(probe: () => Promise<T> | T): Promise<T> {
  for (const end = Date.now() + TIMEOUT_MS / 2; ;)
    try {
      return await probe();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
}

beforeAll(async () => {
  await Promise.all([http.start(), mail.start()]);
  const config = notifierConfig({
    KAFKA_BOOTSTRAP_SERVERS: process.env['TEST_KAFKA'],
    MONGO_URL: process.env['TEST_MONGO'],
    MONGO_DB: name,
    ALERTS_TOPIC: `${name}.alerts`,
    DLQ_TOPIC: `${name}.dlq`,
    TELEMETRY_PARTITIONS: '2',
    CONSUMER_GROUP: name,
    CREDENTIALS_SECRET,
    NOTIFY_ALLOWED_HOSTS: '127.0.0.1,localhost',
    NOTIFY_TIMEOUT_MS: '1000',
    SMTP_HOST: 'localhost',
    SMTP_PORT: String(mail.port),
    SMTP_SECURITY: 'none',
    SMTP_FROM: 'alerts@example.com',
  });
  mongo = new Mongo(config, 'test');
  await mongo.receivers.insertMany([
    receiver('pager', { format: 'standard', sealed: sealed('pager', '/pager') }),
    receiver('prom', { format: 'alertmanager', sealed: sealed('prom', '/prom') }),
    receiver('people', { kind: 'email', to: ['ops@example.com', 'ops2@example.com'] }),
  ]);
  const match = (device: string) => ({ match: { selector: { device } } });
  await mongo.routes.insertMany([
    route('pager', match('p.*')),
    route('prom', match('a.*')),
    route('people', match('m.*')),
  ]);
  app = await createService(service, config, log);
  await app.startAllMicroservices();
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  const kafka = createKafka(config, 'test', log);
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  ends.push(() => producer.disconnect());
  await eventually(async () => expect((await app.inject('/health/ready')).statusCode).toBe(200));
  send = (...messages) => producer.send({ topic: config.ALERTS_TOPIC, acks: -1, messages });
  letters = async () => {
    const found: string[] = [];
    await readTopic(kafka, config.DLQ_TOPIC, ({ messages }) => {
      for (const message of messages) found.push(String(message.value));
    });
    return found;
  };
}, TIMEOUT_MS);
afterAll(async () => {
  await app.close();
  await mongo.db.dropDatabase();
  await Promise.all([mongo.close(), http.stop(), mail.stop(), ...ends.map((end) => end())]);
}, TIMEOUT_MS);

it(
  'a webhook is told what begins and what ends, once each, signed',
  async () => {
    await send(record('raised', 'p.1', 1));
    const [first] = await eventually(() => http.received('/pager', 1));
    const body = new Webhook(secret).verify(first!.body, first!.headers) as Record<string, unknown>;
    expect(body).toMatchObject({
      type: 'alerts.changed',
      data: {
        status: 'firing',
        reason: 'change',
        receiver: 'pager',
        group: { rule: 'hot' },
        alerts: [{ change: 'new', device_id: 'p.1', id: 'p.1|hot|1' }],
      },
    });
    expect(first!.headers['authorization']).toBe('Bearer b');
    expect(() => new Webhook(newWebhookSecret()).verify(first!.body, first!.headers)).toThrow();

    await send(
      record('raised', 'p.1', 1),
      record('resolved', 'p.1', 2),
      record('resolved', 'p.1', 2),
    );
    const [, second] = await eventually(() => http.received('/pager', 2));
    expect(JSON.parse(second!.body)).toMatchObject({
      data: { status: 'resolved', alerts: [{ change: 'resolved' }] },
    });
    expect(second!.headers['webhook-id']).not.toBe(first!.headers['webhook-id']);
    const kept = await eventually(async () => {
      const all = await mongo.notifications.find({ receiver: 'pager' }).sort({ _id: 1 }).toArray();
      expect(all.map(({ status }) => status)).toEqual(['delivered', 'delivered']);
      return all;
    });
    expect(kept.map(({ _id }) => _id)).toEqual([
      first!.headers['webhook-id'],
      second!.headers['webhook-id'],
    ]);
  },
  TIMEOUT_MS,
);

it(
  'what is not taken is sent again with the same id and body; redirects are not followed',
  async () => {
    http.answers.push(
      { status: 503, headers: { 'retry-after': '1' } },
      { status: 302, headers: { location: `${http.url}/elsewhere` } },
    );
    await send(record('raised', 'p.2', 1));
    const [failed] = await eventually(() => http.received('/pager', 3).then((all) => all.slice(2)));
    const id = failed!.headers['webhook-id']!;
    const waiting = await eventually(async () => {
      const found = await mongo.notifications.findOne({ _id: id });
      expect(found).toMatchObject({ status: 'pending', attempts: 1, last_error: 'status_503' });
      return found!;
    });
    const { version } = waiting;
    await mongo.notifications.updateOne(
      { _id: id, version },
      { $set: { next_attempt_at: new Date() } },
    );
    const redirected = await eventually(async () => {
      const found = await mongo.notifications.findOne({ _id: id });
      expect(found).toMatchObject({ attempts: 2, last_error: 'status_302' });
      return found!;
    });
    await mongo.notifications.updateOne(
      { _id: id, version: redirected.version },
      { $set: { next_attempt_at: new Date() } },
    );
    const all = await eventually(() => http.received('/pager', 5).then((some) => some.slice(2)));
    expect(all.map(({ headers }) => headers['webhook-id'])).toEqual([id, id, id]);
    expect(new Set(all.map(({ body }) => body)).size).toBe(1);
    for (const { body, headers } of all) new Webhook(secret).verify(body, headers);
    expect(await http.received('/elsewhere', 0)).toEqual([]);
  },
  TIMEOUT_MS,
);

it(
  'Alertmanager’s body, when it is wanted',
  async () => {
    await send(record('raised', 'a.1', 1));
    const [request] = await eventually(() => http.received('/prom', 1));
    expect(JSON.parse(request!.body)).toMatchObject({
      version: '4',
      status: 'firing',
      receiver: 'prom',
      groupLabels: { rule: 'hot' },
      commonLabels: { alertname: 'hot', device_id: 'a.1', severity: 'warning', team: 'presses' },
      alerts: [{ status: 'firing', startsAt: AT, endsAt: '0001-01-01T00:00:00Z' }],
    });
  },
  TIMEOUT_MS,
);

it(
  'e-mail goes out as text and HTML, and nothing of an alert becomes a header or a tag',
  async () => {
    await send(record('raised', 'm.1', 1), record('raised', 'm.2', 1));
    const [message] = await eventually(() => mail.received(1));
    expect(message!.to).toEqual(['ops@example.com', 'ops2@example.com']);
    const [head] = message!.text.split('\r\n\r\n');
    expect(head).toMatch(/^Subject: \[WARNING [12]\] /m);
    expect(head).not.toMatch(/^Bcc/m);
    expect(message!.text).toMatch(/^Message-ID: <ntf_.*>/m);
    expect(message!.text).toContain('text/plain');
    expect(message!.text).toContain('text/html');
    expect(message!.text).toContain('&lt;b&gt;m.1&lt;/b&gt;');
  },
  TIMEOUT_MS,
);

it(
  'a receiver that was made just now is told',
  async () => {
    const at = new Date();
    const content = {
      receiver: 'young',
      kind: 'webhook',
      route: null,
      reason: 'test',
      group: null,
    };
    const rest = { labels: {}, alerts: [], more: 0 };
    for (const i of [1, 2, 3]) {
      const name = `young-${i}`;
      await mongo.receivers.insertOne(receiver(name, { sealed: sealed(name, '/young') }));
      const test = { ...content, ...rest, _id: `ntf_test_${name}`, receiver: name };
      await mongo.notifications.insertOne(
        pendingNotification(test as never, at, new Date(at.getTime() + 1e9)),
      );
      await eventually(() => http.received('/young', i));
    }
    await mongo.receivers.deleteMany({ _id: /^young/ });
  },
  TIMEOUT_MS,
);

it(
  'what is no event is a dead letter',
  async () => {
    await send({ key: 'x', value: 'nonsense' });
    await eventually(async () => expect(await letters()).toEqual(['nonsense']));
    const { body } = await app.inject('/metrics');
    expect(body).toMatch(/notification_deliveries_total\{outcome="delivered",kind="webhook".*\} 7/);
    expect(body).toMatch(/notifications_waiting\{.*\} 0/);
  },
  TIMEOUT_MS,
);
