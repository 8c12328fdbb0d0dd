import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { Mongo } from '@iot/mongo';
import { createLogger, createService } from '@iot/service';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { dashboardConfig } from '../config.js';
import { service } from '../service.js';

const config = dashboardConfig({
  HOST: '127.0.0.1',
  AUTH: 'off',
  CREDENTIALS_SECRET: 'the secret of the test, which seals',
  MONGO_URL: process.env['TEST_MONGO'],
  MONGO_DB: `acts_${randomUUID().slice(0, 8)}`,
  KAFKA_BOOTSTRAP_SERVERS: process.env['TEST_KAFKA'],
});
const URL_OF_PAGER = 'https://hooks.example.com/T0/very-secret';

let app: NestFastifyApplication;
let mongo: Mongo;

beforeAll(async () => {
  mongo = new Mongo(config, 'test');
  app = await createService(service, config, createLogger('test', 'silent'));
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
}, 60_000);
afterAll(async () => {
  await app.close();
  await mongo.db.dropDatabase();
  await mongo.close();
});

/** What a change answers, and what it leaves in the audit. */
async function doing(
  method: 'POST' | 'PUT' | 'DELETE',
  url: string,
  payload?: object,
): Promise<{ status: number; id: string; noted: string[] }> {
  await mongo.audit.deleteMany({});
  const { statusCode, body } = await app.inject({ method, url, ...(payload && { payload }) });
  const noted = await mongo.audit.find().toArray();
  for (const { actor, actor_kind, outcome, source } of noted)
    expect([actor, actor_kind, outcome, source]).toEqual([
      ...['anonymous', 'anonymous', 'ok', '127.0.0.1'],
    ]);
  expect(JSON.stringify(noted)).not.toMatch(/very-secret|whsec_|repair/);
  return {
    status: statusCode,
    id: body === '' ? '' : String((JSON.parse(body) as { id?: string }).id),
    noted: noted.map(({ action, target, detail }) => `${action} ${target} ${detail}`.trim()),
  };
}

const RULE = {
  name: 'hot',
  selector: { device: 'press-*', sensor: 'temperature_c' },
  condition: { kind: 'above', bound: 80, clear_at: 75 },
};

it('has a record of each change of a rule, and none of what changed nothing', async () => {
  const hotter = { ...RULE, severity: 'critical' };
  expect((await doing('POST', '/alert-rules', RULE)).noted).toEqual(['rule_create hot version 1']);
  expect((await doing('POST', '/alert-rules', RULE)).noted).toEqual([]);
  expect((await doing('PUT', '/alert-rules/hot', hotter)).noted).toEqual([
    'rule_change hot version 2',
  ]);
  expect((await doing('PUT', '/alert-rules/hot', hotter)).noted).toEqual([]);
  expect((await doing('DELETE', '/alert-rules/hot')).noted).toEqual(['rule_delete hot']);
  expect((await doing('DELETE', '/alert-rules/hot')).noted).toEqual([]);
});

it('has a record of each mute that is made or ended', async () => {
  const mute = { selector: { device: 'press-*' }, reason: 'repair' };
  const made = await doing('POST', '/mutes', mute);
  expect(made.noted).toEqual([`mute_create ${made.id} press-*`]);
  expect((await doing('DELETE', `/mutes/${made.id}`)).noted).toEqual([`mute_delete ${made.id}`]);
});

it('has a record of each change of a receiver and a route, and nothing secret in it', async () => {
  const pager = { name: 'pager', kind: 'webhook', url: URL_OF_PAGER };
  const route = { name: 'all', receiver: 'pager' };
  const all = [
    await doing('POST', '/receivers', pager),
    await doing('PUT', '/receivers/pager', { kind: 'webhook', format: 'alertmanager' }),
    await doing('POST', '/receivers/pager/rotate-secret'),
    await doing('POST', '/routes', route),
    await doing('PUT', '/routes/all', { receiver: 'pager' }),
    // A route names it.
    await doing('DELETE', '/receivers/pager'),
    await doing('DELETE', '/routes/all'),
    await doing('DELETE', '/receivers/pager'),
  ];
  expect(all.map(({ status, noted }) => [status, ...noted])).toEqual([
    [201, 'receiver_create pager webhook'],
    [200, 'receiver_change pager version 2'],
    [200, 'receiver_rotate pager version 3'],
    [201, 'route_create all to pager'],
    [200, 'route_change all to pager'],
    [409],
    [204, 'route_delete all'],
    [204, 'receiver_delete pager'],
  ]);
});

it.each([
  ['application/x-www-form-urlencoded', 'device=press-1&reason=quiet'],
  ['text/plain', '{"device":"press-1","reason":"quiet"}'],
  ['multipart/form-data; boundary=a', '--a--'],
  [undefined, '{"device":"press-1","reason":"quiet"}'],
])('takes no %s of a form, and says what it takes', async (type, payload) => {
  const headers = type === undefined ? {} : { 'content-type': type };
  const { statusCode, headers: said } = await app.inject({
    ...{ method: 'POST', url: '/mutes', payload, headers },
  });
  expect([statusCode, said['accept-post']]).toEqual([415, 'application/json']);
});

it('is not there for a page whose own name was made to mean this machine', async () => {
  await app.listen(0, '127.0.0.1');
  const address = await app.getUrl();
  const statusOf = async (path: string, host: string): Promise<number | undefined> => {
    const asked = get(address + path, { headers: { host } });
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    answer.resume();
    return answer.statusCode;
  };
  for (const path of ['/devices', '/health/live', '/ui'])
    expect(await statusOf(path, 'evil.example:8002')).toBe(421);
  expect(await statusOf('/health/live', 'localhost:8002')).toBe(200);
});
