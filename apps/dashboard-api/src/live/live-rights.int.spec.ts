import { randomUUID } from 'node:crypto';
import { administrationOf } from '@iot/accounts';
import { Mongo } from '@iot/mongo';
import { createLogger, createService } from '@iot/service';
import { jest } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { dashboardConfig } from '../config.js';
import { service } from '../service.js';
import { signingKey } from '../testing/signing-key.js';

jest.setTimeout(60_000);

const PASSWORD = 'correct horse battery staple';
const ACTOR = { kind: 'command', id: 'test', source: 'test' };
const config = dashboardConfig({
  MONGO_URL: process.env['TEST_MONGO'],
  MONGO_DB: `live_rights_${randomUUID().slice(0, 8)}`,
  KAFKA_BOOTSTRAP_SERVERS: process.env['TEST_KAFKA'],
  AUTH: 'on',
  AUTH_SIGNING_KEY: signingKey(),
});
let app: NestFastifyApplication;
let mongo: Mongo;
let url: string;

beforeAll(async () => {
  mongo = new Mongo(config, 'test');
  app = await createService(service, config, createLogger('test', 'silent'));
  await app.listen(0, '127.0.0.1');
  url = await app.getUrl();
});
afterAll(async () => {
  await app.close();
  await mongo.db.dropDatabase();
  await mongo.close();
});

/** Opens a stream. `end` resolves to when it ended, ms of `performance.now`. */
async function watch(token: string): Promise<{ readonly end: Promise<number> }> {
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`${url}/live`, { headers });
  expect(response.status).toBe(200);
  return { end: response.text().then(() => performance.now()) };
}
async function logIn(name: string): Promise<string> {
  const response = await fetch(`${url}/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, password: PASSWORD }),
  });
  return ((await response.json()) as { access_token: string }).access_token;
}

it('a stream ends within two seconds of what it was asked for with, and others go on', async () => {
  const { administration: admin } = administrationOf(mongo, config);
  const now = new Date();
  for (const name of ['ada', 'bob', 'eve'])
    await admin.createUser({ name, role: 'viewer', password: PASSWORD }, ACTOR, now);
  const wanted = { name: 'grafana', role: 'viewer', expiresAt: null } as const;
  const [revoked, kept] = [
    await admin.createToken(wanted, ACTOR, now),
    await admin.createToken(wanted, ACTOR, now),
  ];
  const [ada, bob, eve] = [await logIn('ada'), await logIn('bob'), await logIn('eve')];
  const ending = await Promise.all([ada, bob, revoked.token].map(watch));
  let others = 0;
  for (const { end } of await Promise.all([eve, kept.token].map(watch)))
    void end.catch(() => 0).then(() => (others += 1));
  await new Promise((resolve) => setTimeout(resolve, 1200));
  const began = performance.now();
  const headers = { authorization: `Bearer ${ada}`, 'content-type': 'application/json' };
  await fetch(`${url}/auth/logout`, { method: 'POST', headers, body: '{}' });
  await admin.changeUser('bob', { blocked: true }, ACTOR, new Date());
  await admin.revokeToken(revoked.id, ACTOR, new Date());
  for (const { end } of ending) expect((await end) - began).toBeLessThan(2500);
  expect(others).toBe(0);
});
