import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { documentedRules, endpointsOf } from '@iot/access/testing';
import {
  credentialsTopic,
  deviceSecret,
  encodeCredential,
  keyText,
  newGroup,
  newKey,
  type CredentialRecord,
} from '@iot/credentials';
import { createKafka, ensureTopics } from '@iot/kafka';
import { createLogger, createService } from '@iot/service';
import { ingestionConfig } from './config.js';
import { service } from './service.js';

const log = createLogger('test', 'silent');
const name = `auth-${randomUUID()}`;
const SECRET = 'thirty-two characters, at the very least';
const config = ingestionConfig({
  KAFKA_BOOTSTRAP_SERVERS: process.env['TEST_KAFKA'] ?? '',
  TELEMETRY_TOPIC: name,
  DLQ_TOPIC: `${name}.dlq`,
  TELEMETRY_PARTITIONS: '1',
  AUTH: 'on',
  CREDENTIALS_TOPIC: `${name}.keys`,
  CREDENTIALS_SECRET: SECRET,
});
const kafka = createKafka(config, 'test', log);
const producer = kafka.producer();
const admin = kafka.admin();

let app: NestFastifyApplication;
let url: string;

const put = (id: string, record: CredentialRecord | null) =>
  producer.send({
    topic: config.CREDENTIALS_TOPIC,
    messages: [{ key: id, value: record && encodeCredential(record) }],
  });

async function start(): Promise<[NestFastifyApplication, string]> {
  const started = await createService(service, config, log);
  await started.listen(0, '127.0.0.1');
  return [started, await started.getUrl()];
}

async function ready(at: string): Promise<void> {
  for (let i = 0; i < 300; i++) {
    if ((await fetch(`${at}/health/ready`)).ok) return;
    await delay(100);
  }
  throw new Error('the service did not get ready');
}

async function post(
  key: string | undefined,
  body: unknown,
  path = '/ingest',
  at = url,
): Promise<{ status: number; body: Record<string, unknown>; headers: Headers }> {
  const response = await fetch(at + path, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(key !== undefined && { authorization: key.includes(' ') ? key : `Bearer ${key}` }),
    },
    body: JSON.stringify(body),
  });
  const { status, headers } = response;
  return { status, headers, body: (await response.json()) as Record<string, unknown> };
}
const reading = (device_id: string) => ({ device_id, temperature_c: 20 });

/** Asks until the answer has the status; how long that took, in ms. */
async function until(status: number, ask: () => Promise<{ status: number }>): Promise<number> {
  const began = Date.now();
  while ((await ask()).status !== status) {
    if (Date.now() - began > 20_000) throw new Error(`it did not come to ${status}`);
    await delay(50);
  }
  return Date.now() - began;
}

const plant = newKey({ name: 'plant', scope: 'plant-7.*' }, Date.now());

beforeAll(async () => {
  await Promise.all([producer.connect(), admin.connect()]);
  await ensureTopics(admin, [credentialsTopic(config.CREDENTIALS_TOPIC, 1)]);
  await put(plant.id, plant.record);
  [app, url] = await start();
  await ready(url);
}, 60_000);
afterAll(async () => {
  await app.close();
  await Promise.all([producer.disconnect(), admin.disconnect()]);
});

it('takes readings of the devices that the key is for', async () => {
  expect(await post(plant.secret, reading('plant-7.a'))).toMatchObject({ status: 202 });
  const basic = 'Basic ' + Buffer.from(`plant-7.a:${plant.secret}`).toString('base64');
  expect(await post(basic, reading('plant-7.a'))).toMatchObject({ status: 202 });
});

it('answers 403 for another device, and names it by index in a batch', async () => {
  const single = await post(plant.secret, reading('other'));
  expect(single.status).toBe(403);
  expect(single.body['detail']).toBe('The key is not for device other.');
  const some = await post(plant.secret, [reading('plant-7.a'), reading('b')], '/ingest/batch');
  expect(some).toMatchObject({
    status: 202,
    body: {
      accepted: 1,
      rejected: 1,
      errors: [{ index: 1, field: 'device_id', message: 'is not a device of this key' }],
    },
  });
  const none = await post(plant.secret, [reading('a'), reading('b')], '/ingest/batch');
  expect(none).toMatchObject({ status: 403, body: { errors: [{ index: 0 }, { index: 1 }] } });
});

it.each([
  [undefined, 'A device key is needed'],
  ['nonsense', 'is no device key'],
  ['Digest username="x"', 'must be Bearer'],
  [newKey({ name: 'x', scope: '*' }, 1).secret, 'is not known'],
  [plant.secret.slice(0, -1) + (plant.secret.endsWith('a') ? 'b' : 'a'), 'a typing error'],
])('answers %s with 401, the ways to authenticate, and what is wrong', async (key, detail) => {
  for (const path of ['/ingest', '/ingest/batch', '/ingest?x=1']) {
    const { status, body, headers } = await post(key, reading('plant-7.a'), path);
    expect([status, body['detail']]).toEqual([401, expect.stringContaining(detail)]);
    expect(headers.get('www-authenticate')).toMatch(/^Bearer realm=.*Basic realm=/);
    expect(JSON.stringify(body)).not.toContain(key ?? 'iotk_k');
  }
});

it('takes a new key, and no more a revoked one, within two seconds', async () => {
  const key = newKey({ name: 'k', scope: '*' }, Date.now());
  await put(key.id, key.record);
  expect(await until(202, () => post(key.secret, reading('d')))).toBeLessThan(2000);
  await put(key.id, null);
  expect(await until(401, () => post(key.secret, reading('d')))).toBeLessThan(2000);
});

it('takes the keys of a group, and not that of a blocked device', async () => {
  const group = newGroup({ name: 'g', scope: '*' }, SECRET, Date.now());
  await put(group.id, group.record);
  const secret = Buffer.from(group.secret, 'base64url');
  const keyOf = (device: string): string => keyText(group.id, deviceSecret(secret, device));
  await until(202, () => post(keyOf('a'), reading('a')));
  expect(await post(keyOf('a'), reading('b'))).toMatchObject({ status: 403 });
  await put(`${group.id}/a`, { kind: 'block', created_at: Date.now() });
  await until(403, () => post(keyOf('a'), reading('a')));
  expect(await post(keyOf('b'), reading('b'))).toMatchObject({ status: 202 });
});

it('says that a key cannot be checked whose group is sealed otherwise', async () => {
  const group = newGroup({ name: 'g', scope: '*' }, 'another secret', Date.now());
  await put(group.id, group.record);
  const key = keyText(group.id, deviceSecret(Buffer.from(group.secret, 'base64url'), 'a'));
  await until(503, () => post(key, reading('a')));
  expect((await post(plant.secret, reading('plant-7.a'))).status).toBe(202);
});

it('knows all keys once it is ready, after a restart too, and says how many', async () => {
  const [again, at] = await start();
  try {
    expect((await post(plant.secret, reading('plant-7.a'), '/ingest', at)).status).not.toBe(401);
    await ready(at);
    expect((await post(plant.secret, reading('plant-7.a'), '/ingest', at)).status).toBe(202);
    const metrics = await (await fetch(`${at}/metrics`)).text();
    expect(metrics).toMatch(/credentials_held\{kind="key".*\} 1\n/);
    expect(metrics).toMatch(/credentials_age_seconds\{.*\} [0-9.]+\n/);
  } finally {
    await again.close();
  }
});

it('says in its OpenAPI document how a device says who it is', async () => {
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as {
    components: { securitySchemes: Record<string, { scheme: string }> };
    paths: Record<string, { post: { security: object[]; responses: object } }>;
  };
  const { securitySchemes } = document.components;
  expect(Object.values(securitySchemes).map(({ scheme }) => scheme)).toEqual(['bearer', 'basic']);
  for (const path of ['/ingest', '/ingest/batch']) {
    const { security, responses } = document.paths[path]!.post;
    expect(security.flatMap((one) => Object.keys(one))).toEqual(Object.keys(securitySchemes));
    expect(Object.keys(responses)).toEqual(expect.arrayContaining(['401', '403']));
  }
});

it('has a title for what it refuses', async () => {
  const { body } = await post(undefined, reading('d'));
  expect(body['title']).toBe('Unauthorized');
  expect((await post(plant.secret, reading('other'))).body['title']).toBe('Forbidden');
});

it('asks for a key where docs/security.md says so, at each of its endpoints', async () => {
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as { paths: object };
  const rules = documentedRules();
  for (const endpoint of endpointsOf(document)) {
    const [method, path] = endpoint.split(' ') as [string, string];
    const statusOf = async (key?: string): Promise<number> =>
      (method === 'POST'
        ? await post(key, [], path)
        : await fetch(url + path, { method, headers: key ? { authorization: key } : {} })
      ).status;
    expect([endpoint, rules.get(endpoint)]).toEqual([endpoint, 'device key']);
    expect([endpoint, await statusOf()]).toEqual([endpoint, 401]);
    for (const other of ['iots_x', 'a.b.c', 'Basic Og=='])
      expect([endpoint, other, await statusOf(other)]).toEqual([endpoint, other, 401]);
    expect([endpoint, await statusOf(plant.secret)]).toEqual([endpoint, 400]);
  }
});
