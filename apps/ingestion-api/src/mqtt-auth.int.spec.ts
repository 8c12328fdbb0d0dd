import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { json } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Aedes } from 'aedes';
import { connectAsync } from 'mqtt';
import { credentialsTopic, encodeCredential, newKey } from '@iot/credentials';
import { createKafka, ensureTopics } from '@iot/kafka';
import { createLogger, createService } from '@iot/service';
import { ingestionConfig } from './config.js';
import { service } from './service.js';

const log = createLogger('test', 'silent');
const name = `mqtt-auth-${randomUUID()}`;
const config = ingestionConfig({
  KAFKA_BOOTSTRAP_SERVERS: process.env['TEST_KAFKA'] ?? '',
  TELEMETRY_TOPIC: name,
  DLQ_TOPIC: `${name}.dlq`,
  TELEMETRY_PARTITIONS: '1',
  AUTH: 'on',
  CREDENTIALS_TOPIC: `${name}.keys`,
});
const key = newKey({ name: 'plant', scope: 'plant-7.*' }, Date.now());

let app: NestFastifyApplication;
let url: string;
let broker: Aedes;
let server: Server;
const ended: string[] = [];
const published: string[] = [];

const post = (path: string, body: unknown): Promise<Response> =>
  fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
const allowed = async (question: object): Promise<boolean> => {
  const answer = (await (await post('/auth/mqtt', question)).json()) as { result: string };
  return answer.result === 'allow';
};

beforeAll(async () => {
  const kafka = createKafka(config, 'test', log);
  const [producer, admin] = [kafka.producer(), kafka.admin()];
  await Promise.all([producer.connect(), admin.connect()]);
  await ensureTopics(admin, [credentialsTopic(config.CREDENTIALS_TOPIC, 1)]);
  await producer.send({
    topic: config.CREDENTIALS_TOPIC,
    messages: [{ key: key.id, value: encodeCredential(key.record) }],
  });
  await Promise.all([producer.disconnect(), admin.disconnect()]);
  app = await createService(service, config, log);
  await app.listen(0, '127.0.0.1');
  url = await app.getUrl();
  for (let i = 0; !(await fetch(`${url}/health/ready`)).ok && i < 300; i++) await delay(100);
  const users = new WeakMap<object, string>();
  broker = await Aedes.createBroker({
    authenticate: (client, username, password, done) => {
      users.set(client, username ?? '');
      void allowed({ username, password: password?.toString(), clientid: client.id }).then((yes) =>
        done(null, yes),
      );
    },
    authorizePublish: (client, { topic }, done) => {
      const username = client && users.get(client);
      void allowed({ username, topic, action: 'publish' }).then((yes) =>
        done(yes ? null : new Error('denied')),
      );
    },
  });
  broker.on('publish', ({ topic }, client) => client && published.push(topic));
  broker.on('clientError', (_, error) => ended.push(error.message));
  server = createServer(broker.handle).listen(0, '127.0.0.1');
  await once(server, 'listening');
}, 60_000);
afterAll(async () => {
  await new Promise<void>((resolve) => broker.close(() => resolve()));
  server.close();
  await app.close();
});

const connect = (username: string, password: string) =>
  connectAsync(
    `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`,
    { username, password, reconnectPeriod: 0 },
    false,
  );

describe('an MQTT broker that asks whether a device may', () => {
  it('lets in who has the key, on the topics that it is for', async () => {
    const client = await connect('plant-7.a', key.secret);
    await client.publishAsync('sensors/plant-7.a', '{"humidity":40}', { qos: 1 });
    expect(published).toEqual(['sensors/plant-7.a']);
    const closed = new Promise((resolve) => client.once('close', () => resolve(undefined)));
    client.publish('sensors/plant-7.b', '{"humidity":40}', { qos: 1 });
    await closed;
    expect(ended).toEqual(['denied']);
    expect(published).toHaveLength(1);
  });

  it('lets the id of a key publish for all its devices', async () => {
    const client = await connect(key.id, key.secret);
    await client.publishAsync('sensors/plant-7.b', '{"humidity":40}', { qos: 1 });
    expect(published.at(-1)).toBe('sensors/plant-7.b');
    await client.endAsync();
  });

  it.each([
    ['plant-8.a', key.secret],
    ['plant-7.a', 'guess'],
  ])('refuses %s with another key', async (username, password) => {
    await expect(connect(username, password)).rejects.toThrow(/Not authorized/);
  });
});

describe('what brokers send, as they send it', () => {
  const device = `${key.id}/plant-7.a`;
  const topic = 'sensors/plant-7.a';
  // What fetch would not send, such as Keep-Alive, is sent too.
  const send = async (path: string, headers: Record<string, string>, body: object) => {
    const question = request(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
    });
    question.end(JSON.stringify(body));
    const [answer] = (await once(question, 'response')) as [IncomingMessage];
    const said = await json(answer);
    return { status: answer.statusCode, type: answer.headers['content-type'], body: said };
  };

  // Without a user name or a password it fills in nothing, or the word undefined.
  it.each([
    [{ username: device, password: key.secret }, 'allow'],
    [{ username: device, password: 'guess' }, 'deny'],
    [{ username: device, password: '' }, 'deny'],
    [{ username: '', password: '' }, 'deny'],
    [{ username: 'undefined', password: 'undefined' }, 'deny'],
    [{ username: device, topic, action: 'publish' }, 'allow'],
    [{ username: device, topic: 'sensors/plant-7.b', action: 'publish' }, 'deny'],
    [{ username: device, topic: `sensors/${device}`, action: 'publish' }, 'deny'],
    [{ username: device, topic: '$SYS/brokers', action: 'publish' }, 'deny'],
    [{ username: device, topic, action: 'subscribe' }, 'deny'],
    [{ username: device, topic: '#', action: 'subscribe' }, 'deny'],
    [{ username: 'undefined', topic, action: 'publish' }, 'deny'],
  ])('EMQX 5: %j is %s', async (body, result) => {
    const headers = {
      ...{ accept: 'application/json', 'cache-control': 'no-cache' },
      'keep-alive': 'timeout=30, max=1000',
    };
    const answer = await send('/auth/mqtt', headers, body);
    // It takes no other type of content for an answer.
    expect(answer).toEqual({
      ...{ status: 200, type: expect.stringMatching(/^application\/json/) as string },
      body: { result },
    });
  });

  it.each([
    [{ username: device, password: key.secret, clientid: 'c' }, 200],
    [{ username: device, password: 'guess', clientid: 'c' }, 403],
    [{ username: device }, 403],
    [{ username: device, clientid: 'c', topic, acc: 1 }, 403],
    [{ username: device, clientid: 'c', topic, acc: 2 }, 200],
    [{ username: device, clientid: 'c', topic: 'sensors/plant-7.b', acc: 2 }, 403],
    [{ username: device, clientid: 'c', topic: `sensors/${device}`, acc: 2 }, 403],
    [{ username: device, clientid: 'c', topic, acc: 3 }, 403],
    [{ username: device, clientid: 'c', topic: 'sensors/#', acc: 4 }, 403],
  ])('mosquitto-go-auth: %j is %i', async (body, status) => {
    const headers = { 'user-agent': 'mosquitto-go-auth-2.1.0', 'accept-encoding': 'gzip' };
    expect((await send('/auth/mqtt/status', headers, body)).status).toBe(status);
  });
});

it('answers by the status where the broker goes by that', async () => {
  const question = { username: 'plant-7.a', topic: 'sensors/plant-7.a', acc: 2 };
  expect((await post('/auth/mqtt/status', question)).status).toBe(200);
  expect((await post('/auth/mqtt/status', { ...question, acc: 4 })).status).toBe(403);
  expect((await post('/auth/mqtt/status', {})).status).toBe(403);
  const metrics = await (await fetch(`${url}/metrics`)).text();
  expect(metrics).toMatch(/broker_questions_total\{result="deny",about="other".*\} [1-9]/);
});

it.each(['', '{', '[]', '"x"', '{"username":"a","password":"b"}', 'x'.repeat(100_000)])(
  'allows nothing by a body of %.20s',
  async (body) => {
    for (const path of ['/auth/mqtt', '/auth/mqtt/status']) {
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(url + path, { method: 'POST', headers, body });
      const text = await answer.text();
      expect(answer.status === 200 && !text.includes('"deny"')).toBe(false);
    }
  },
);
