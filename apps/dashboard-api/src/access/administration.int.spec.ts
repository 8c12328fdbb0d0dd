import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { administrationOf } from '@iot/accounts';
import { Authenticator, Credentials, encodeCredential } from '@iot/credentials';
import { createKafka } from '@iot/kafka';
import { readCredentials } from '@iot/key-ring';
import { Mongo } from '@iot/mongo';
import { createLogger, createService } from '@iot/service';
import { jest } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { dashboardConfig } from '../config.js';
import { service } from '../service.js';
import { signingKey } from '../testing/signing-key.js';

jest.setTimeout(120_000);

const SECRET = 'thirty-two characters, at the very least';
const variables = {
  MONGO_URL: process.env['TEST_MONGO'],
  MONGO_DB: `admin_${randomUUID().slice(0, 8)}`,
  KAFKA_BOOTSTRAP_SERVERS: process.env['TEST_KAFKA'],
  CREDENTIALS_TOPIC: `credentials-${randomUUID()}`,
  CREDENTIALS_SECRET: SECRET,
  AUTH_SIGNING_KEY: signingKey(),
};
const config = dashboardConfig({ ...variables, AUTH: 'on' });
const log = createLogger('test', 'silent');
let app: NestFastifyApplication;
let mongo: Mongo;
let token: string;
let answered = '';

beforeAll(async () => {
  mongo = new Mongo(config, 'test');
  app = await createService(service, config, log);
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  const { administration } = administrationOf(mongo, config);
  const actor = { kind: 'command', id: 'test', source: 'test' };
  const wanted = { name: 'test', role: 'admin', expiresAt: null } as const;
  ({ token } = await administration.createToken(wanted, actor, new Date()));
});
afterAll(async () => {
  await app.close();
  await mongo.db.dropDatabase();
  await mongo.close();
});

async function ask(method: string, url: string, payload?: object, as = token) {
  const response = await app.inject({
    method: method as 'GET',
    url,
    headers: { authorization: `Bearer ${as}` },
    ...(payload && { payload }),
  });
  answered += method === 'GET' ? response.body : '';
  const json = (response.body === '' ? {} : JSON.parse(response.body)) as Record<string, string>;
  return { status: response.statusCode, json };
}
/** Asks until the answer has the status; how long that took, in ms. */
async function until(status: number, asking: () => Promise<{ status: number }>): Promise<number> {
  const began = Date.now();
  while ((await asking()).status !== status) {
    if (Date.now() - began > 20_000) throw new Error(`it did not come to ${status}`);
    await delay(50);
  }
  return Date.now() - began;
}

it('makes a user, whose role and block are in force within two seconds', async () => {
  const made = await ask('POST', '/users', { name: 'ada', role: 'viewer' });
  expect([made.status, Object.keys(made.json)]).toEqual([201, ['name', 'role', 'password']]);
  const { password } = made.json;
  const body = { name: 'ada', password };
  const logIn = () => app.inject({ method: 'POST', url: '/auth/login', payload: body });
  const { access_token: ada } = (await logIn()).json<{ access_token: string }>();
  const asAda = () => ask('GET', '/audit', undefined, ada);
  expect((await asAda()).status).toBe(403);
  expect((await ask('PATCH', '/users/ada', { role: 'admin' })).status).toBe(204);
  expect(await until(200, asAda)).toBeLessThan(2000);
  expect((await ask('PATCH', '/users/ada', { role: 'viewer' })).json['reason']).toBe('last_admin');
  await ask('POST', '/users', { name: 'bob', role: 'admin', password: 'a password of an admin' });
  expect((await ask('PATCH', '/users/ada', { blocked: true })).status).toBe(204);
  expect(await until(401, asAda)).toBeLessThan(2000);
  expect((await logIn()).statusCode).toBe(401);
  for (const [method, url, payload, status] of [
    ['POST', '/users', { name: 'ada', role: 'viewer' }, 409],
    ['POST', '/users', { name: 'cleo', role: 'god' }, 400],
    ['POST', '/users', { name: 'cleo', role: 'viewer', password: 'short' }, 400],
    ['POST', '/users', { name: 'cleo', role: 'viewer', is_admin: true }, 400],
    ['POST', '/users', [], 400],
    ['PATCH', '/users/nobody', { role: 'viewer' }, 404],
    ['DELETE', '/users/nobody', undefined, 404],
    ['DELETE', '/users/bob', undefined, 409],
    ['DELETE', '/users/ada', undefined, 204],
  ] as const)
    expect([method, url, (await ask(method, url, payload)).status]).toEqual([method, url, status]);
  expect((await ask('GET', '/users')).json['data']).toHaveLength(1);
});

it('makes a service token, and revokes it within two seconds', async () => {
  const made = await ask('POST', '/tokens', { name: 'Grafana', role: 'viewer' });
  expect(made.status).toBe(201);
  const { id, token: text } = made.json;
  const asGrafana = () => ask('GET', '/devices', undefined, text);
  expect((await asGrafana()).status).toBe(200);
  const { json: rotated } = await ask('POST', `/tokens/${id}/rotate`, {});
  expect((await ask('GET', '/devices', undefined, rotated['token'])).status).toBe(200);
  expect((await asGrafana()).status).toBe(200);
  expect((await ask('GET', '/tokens')).json['data']).toHaveLength(2);
  expect((await ask('DELETE', `/tokens/${id}`)).status).toBe(204);
  expect(await until(401, asGrafana)).toBeLessThan(2000);
  for (const secret of [text!, rotated['token']!]) expect(answered).not.toContain(secret);
});

it('keeps what is revoked revoked, and each secret that it handed out, at the same moment', async () => {
  const { id, secret } = (await ask('POST', '/keys', { name: 'busy', scope: '*' })).json;
  const rotate = () => ask('POST', `/keys/${id}/rotate`, {});
  for (const { status, json } of await Promise.all([rotate(), rotate()]))
    expect([status, await allows(json['secret']!, 'a')]).toEqual([200, true]);
  const [revoked, late] = await Promise.all([ask('DELETE', `/keys/${id}`), rotate()]);
  expect(revoked.status).toBe(204);
  for (const each of [secret!, late.json['secret']].filter((one) => one !== undefined))
    expect(await allows(each, 'a')).toBe('unknown');
});

/** What the ingestion API would say of a key. */
async function allows(key: string, device: string): Promise<boolean | string> {
  const kafka = createKafka(config, 'test', log);
  const admin = kafka.admin();
  await admin.connect();
  const held = await readCredentials({ kafka, admin, config });
  await admin.disconnect();
  const credentials = new Credentials(SECRET);
  for (const [id, record] of held) credentials.apply(id, Buffer.from(encodeCredential(record!)));
  const grant = new Authenticator(credentials).check(`Bearer ${key}`, Date.now());
  return typeof grant === 'string' ? grant : grant.allows(device, Date.now());
}

it('makes, rotates and revokes device keys and groups', async () => {
  const made = await ask('POST', '/keys', { name: 'press', scope: 'plant-7.*' });
  expect(made.status).toBe(201);
  const { id, secret } = made.json;
  expect([await allows(secret!, 'plant-7.a'), await allows(secret!, 'b')]).toEqual([true, false]);
  const rotated = await ask('POST', `/keys/${id}/rotate`, { overlap_s: 0 });
  expect(await allows(secret!, 'plant-7.a')).toBe('unknown');
  expect(await allows(rotated.json['secret']!, 'plant-7.a')).toBe(true);
  expect((await ask('GET', '/keys')).json['data']).toMatchObject([{ id, scope: 'plant-7.*' }]);
  expect((await ask('DELETE', `/keys/${id}`)).status).toBe(204);
  expect(await allows(rotated.json['secret']!, 'plant-7.a')).toBe('unknown');
  expect((await ask('POST', `/keys/${id}/rotate`, {})).status).toBe(404);

  const group = (await ask('POST', '/groups', { name: 'presses', scope: 'p.*' })).json;
  const { json } = await ask('POST', `/groups/${group['id']}/keys`, { device_ids: ['p.1', 'p.2'] });
  const [one, two] = json['keys'] as unknown as { key: string }[];
  expect([await allows(one!.key, 'p.1'), await allows(one!.key, 'p.2')]).toEqual([true, false]);
  const blocked = `/groups/${group['id']}/blocked/p.1`;
  expect((await ask('PUT', blocked, { reason: 'stolen' })).status).toBe(204);
  expect([await allows(one!.key, 'p.1'), await allows(two!.key, 'p.2')]).toEqual([false, true]);
  expect((await ask('GET', '/groups')).json['data']).toMatchObject([{ blocked: ['p.1'] }]);
  expect((await ask('DELETE', blocked)).status).toBe(204);
  expect(await allows(one!.key, 'p.1')).toBe(true);
  expect((await ask('DELETE', `/groups/${group['id']}`)).status).toBe(204);
  expect(await allows(two!.key, 'p.2')).toBe('unknown');
  for (const url of ['/keys/k123', '/groups/g123', '/groups/g123/blocked/p.1'])
    expect([url, (await ask('DELETE', url)).status]).toEqual([url, 404]);
  for (const it of [secret, rotated.json['secret'], group['secret'], one!.key])
    expect(answered).not.toContain(it);
});

it('lists who did what, by filters, without a secret', async () => {
  const actions = async (query: string) =>
    (
      (await ask('GET', `/audit?limit=1000${query}`)).json['data'] as unknown as {
        action: string;
      }[]
    )
      .map(({ action }) => action)
      .reverse();
  expect(await actions('&action=key_create')).toEqual(['key_create', 'key_create']);
  expect(await actions('&target=ada')).toEqual([
    ...['user_create', 'user_change', 'user_change', 'user_remove'],
  ]);
  expect(await actions('&outcome=refused')).toEqual(['login']);
  expect(await actions('&actor=ada')).toEqual(['login', 'login']);
  expect((await ask('GET', '/audit?action=nothing')).status).toBe(400);
  expect(answered).not.toMatch(/iots_|iotk_|argon2/);
});

it('hands out no right while AUTH is off, as anyone is admin then', async () => {
  const open = await createService(
    service,
    dashboardConfig({ ...variables, AUTH: 'off', HOST: '127.0.0.1' }),
    log,
  );
  await open.init();
  await open.getHttpAdapter().getInstance().ready();
  for (const [url, payload] of [
    ['/users', { name: 'eve', role: 'admin' }],
    ['/tokens', { name: 'eve', role: 'admin' }],
    ['/keys', { name: 'eve', scope: '*' }],
    ['/auth/login', { name: 'eve', password: 'x' }],
  ] as const) {
    const { statusCode } = await open.inject({ method: 'POST', url, payload });
    expect([url, statusCode]).toEqual([url, 409]);
  }
  expect((await open.inject('/auth/me')).json()).toMatchObject({ kind: 'anonymous' });
  await open.close();
});
