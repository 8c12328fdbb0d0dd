import { randomUUID } from 'node:crypto';
import { administrationOf } from '@iot/accounts';
import { Mongo } from '@iot/mongo';
import { pendingNotification } from '@iot/notification';
import { createLogger, createService } from '@iot/service';
import { jest } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { dashboardConfig } from '../config.js';
import { service } from '../service.js';
import { signingKey } from '../testing/signing-key.js';

jest.setTimeout(60_000);

const config = dashboardConfig({
  MONGO_URL: process.env['TEST_MONGO'],
  MONGO_DB: `telling_${randomUUID().slice(0, 8)}`,
  KAFKA_BOOTSTRAP_SERVERS: process.env['TEST_KAFKA'],
  CREDENTIALS_SECRET: 'thirty-two characters, at the very least',
  AUTH: 'on',
  AUTH_SIGNING_KEY: signingKey(),
});
const PAGER = { name: 'pager', kind: 'webhook', url: 'https://hooks.example.com/T0/very-secret' };
const SHIFT = { name: 'shift', kind: 'email', to: ['shift@example.com'] };
const CRITICAL = { name: 'critical', receiver: 'pager', match: { severity: ['critical'] } };

let app: NestFastifyApplication;
let mongo: Mongo;
const tokens: Record<string, string> = {};

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly body: Record<string, unknown>;
}

async function ask(
  method: string,
  url: string,
  payload?: unknown,
  as = 'operator',
): Promise<Answer> {
  const { statusCode, body } = await app.inject({
    method: method as 'GET',
    url,
    headers: {
      authorization: `Bearer ${tokens[as]}`,
      ...(payload !== undefined && { 'content-type': 'application/json' }),
    },
    ...(payload !== undefined && { payload: JSON.stringify(payload) }),
  });
  return {
    status: statusCode,
    text: body,
    body: body === '' ? {} : (JSON.parse(body) as Record<string, unknown>),
  };
}

const fieldsOf = ({ body }: Answer): string[] =>
  ((body['errors'] ?? []) as { field: string }[]).map(({ field }) => field);

beforeAll(async () => {
  mongo = new Mongo(config, 'test');
  app = await createService(service, config, createLogger('test', 'silent'));
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  const { administration } = administrationOf(mongo, config);
  const actor = { kind: 'command', id: 'test', source: 'test' };
  for (const role of ['viewer', 'operator'] as const) {
    const wanted = { name: `${role}-of-test`, role, expiresAt: null };
    tokens[role] = (await administration.createToken(wanted, actor, new Date())).token;
  }
});
afterAll(async () => {
  await app.close();
  await mongo.db.dropDatabase();
  await mongo.close();
});

it('makes, shows, changes and deletes receivers, and tells a secret once', async () => {
  const made = await ask('POST', '/receivers', PAGER);
  expect(made).toMatchObject({
    status: 201,
    body: { name: 'pager', url: 'https://hooks.example.com/…', source: 'api', enabled: true },
  });
  const secret = String(made.body['secret']);
  expect(secret).toMatch(/^whsec_/);
  expect((await ask('POST', '/receivers', PAGER)).status).toBe(409);
  expect((await ask('POST', '/receivers', SHIFT)).status).toBe(201);

  const changed = await ask('PUT', '/receivers/pager', { kind: 'webhook', format: 'alertmanager' });
  expect(changed).toMatchObject({ status: 200, body: { format: 'alertmanager' } });
  const rotated = await ask('POST', '/receivers/pager/rotate-secret');
  expect(rotated.status).toBe(200);
  expect((await ask('POST', '/receivers/shift/rotate-secret')).status).toBe(409);
  const list = await ask('GET', '/receivers', undefined, 'viewer');
  expect((list.body['data'] as { name: string }[]).map(({ name }) => name).sort()).toEqual([
    'pager',
    'shift',
  ]);
  const one = await ask('GET', '/receivers/pager', undefined, 'viewer');
  for (const { text } of [list, one, changed])
    for (const part of ['very-secret', secret, String(rotated.body['secret'])])
      expect(text).not.toContain(part);

  expect((await ask('DELETE', '/receivers/shift')).status).toBe(204);
  for (const [method, url, payload] of [
    ['GET', '/receivers/shift'],
    ['PUT', '/receivers/shift', SHIFT],
    ['DELETE', '/receivers/shift'],
    ['POST', '/receivers/shift/test'],
    ['POST', '/receivers/shift/rotate-secret'],
  ] as const)
    expect([method, url, (await ask(method, url, payload)).status]).toEqual([method, url, 404]);
});

it.each([
  ['no object', [PAGER], ['']],
  ['no body', undefined, ['']],
  ['a name that is none', { ...PAGER, name: '../x' }, ['name']],
  ['another kind', { ...PAGER, kind: 'sms' }, ['kind']],
  ['what is not known', { ...PAGER, headers: {} }, ['headers']],
  ['another protocol', { ...PAGER, url: 'file:///etc/passwd' }, ['url']],
  ['a password in the address', { ...PAGER, url: 'https://a:b@example.com' }, ['url']],
  ['a header with a line break', { ...PAGER, authorization: 'a\r\nx: y' }, ['authorization']],
  ['a variable of the platform', { ...PAGER, url: null, url_env: 'MONGO_URL' }, ['url_env']],
  ['an address with a header', { ...SHIFT, to: ['a@example.com\r\nBcc: b@example.com'] }, ['to']],
  ['nobody to write to', { ...SHIFT, to: [] }, ['to']],
  ['a limit that is none', { ...SHIFT, rate_limit: { count: 0 } }, ['rate_limit.count']],
] as const)('refuses a receiver with %s', async (_what, body, fields) => {
  const answer = await ask('POST', '/receivers', body);
  expect(answer.status).toBe(400);
  expect(fieldsOf(answer)).toEqual(expect.arrayContaining([...fields]));
  expect(answer.text).not.toContain('very-secret');
});

it('makes, changes and deletes routes to receivers that there are', async () => {
  expect(await ask('POST', '/routes', CRITICAL)).toMatchObject({
    status: 201,
    body: { name: 'critical', receiver: 'pager', group_by: ['rule'], repeat_interval_s: 0 },
  });
  expect((await ask('POST', '/routes', CRITICAL)).status).toBe(409);
  expect((await ask('DELETE', '/receivers/pager')).status).toBe(409);
  const changed = { receiver: 'pager', repeat_interval_s: 3600 };
  expect(await ask('PUT', '/routes/critical', changed)).toMatchObject({
    status: 200,
    body: { repeat_interval_s: 3600 },
  });
  expect(await ask('GET', '/routes/critical', undefined, 'viewer')).toMatchObject({
    status: 200,
    body: { repeat_interval_s: 3600 },
  });
  for (const [body, field] of [
    [{ ...CRITICAL, receiver: 'nobody' }, 'receiver'],
    [{ ...CRITICAL, group_by: ['colour'] }, 'group_by'],
    [{ ...CRITICAL, repeat_interval_s: 5 }, 'repeat_interval_s'],
    [{ ...CRITICAL, match: { selector: { device: '(a+)+$' } } }, 'match.selector.device'],
    [{ ...CRITICAL, match: { severity: ['fatal'] } }, 'match.severity'],
    [{ ...CRITICAL, match: { labels: { team: 1 } } }, 'match.labels'],
    [{ ...CRITICAL, continue: true }, 'continue'],
  ] as const) {
    const answer = await ask('POST', '/routes', body);
    expect([body, answer.status, fieldsOf(answer)]).toEqual([body, 400, [field]]);
  }
  expect((await ask('PUT', '/routes/other', changed)).status).toBe(404);
  expect((await ask('DELETE', '/routes/other')).status).toBe(404);
  expect((await ask('GET', '/routes/A%2F..')).status).toBe(400);
});

it('a name in the body is that of the path', async () => {
  for (const [url, body] of [
    ['/receivers/pager', { ...PAGER, name: 'other' }],
    ['/routes/critical', { ...CRITICAL, name: 'other' }],
  ] as const) {
    const answer = await ask('PUT', url, body);
    expect([url, answer.status, fieldsOf(answer)]).toEqual([url, 400, ['name']]);
    expect((await ask('PUT', url, { ...body, name: url.split('/')[2] })).status).toBe(200);
  }
});

it('what a file keeps is changed there', async () => {
  await mongo.receivers.updateOne({ _id: 'pager' }, { $set: { source: 'file' } });
  await mongo.routes.updateOne({ _id: 'critical' }, { $set: { source: 'file' } });
  for (const [method, url, payload] of [
    ['PUT', '/receivers/pager', PAGER],
    ['POST', '/receivers/pager/rotate-secret'],
    ['PUT', '/routes/critical', CRITICAL],
    ['DELETE', '/routes/critical'],
  ] as const)
    expect([method, url, (await ask(method, url, payload)).status]).toEqual([method, url, 409]);
  await mongo.receivers.updateOne({ _id: 'pager' }, { $set: { source: 'api' } });
  await mongo.routes.updateOne({ _id: 'critical' }, { $set: { source: 'api' } });
});

it('a viewer looks, and changes and sends nothing', async () => {
  for (const [method, url, payload] of [
    ['POST', '/receivers', SHIFT],
    ['PUT', '/receivers/pager', PAGER],
    ['DELETE', '/receivers/pager'],
    ['POST', '/receivers/pager/test'],
    ['POST', '/receivers/pager/rotate-secret'],
    ['POST', '/routes', CRITICAL],
    ['PUT', '/routes/critical', CRITICAL],
    ['DELETE', '/routes/critical'],
    ['POST', '/notifications/any/resend'],
  ] as const)
    expect([method, url, (await ask(method, url, payload, 'viewer')).status]).toEqual([
      method,
      url,
      403,
    ]);
  expect((await ask('GET', '/notifications', undefined, 'viewer')).status).toBe(200);
});

it('asks for a test, shows what became of it, and sends one again', async () => {
  const asked = await ask('POST', '/receivers/pager/test');
  expect(asked.status).toBe(202);
  const id = String(asked.body['notification']);
  const shown = await ask('GET', `/notifications/${id}`, undefined, 'viewer');
  expect(shown).toMatchObject({
    status: 200,
    body: { receiver: 'pager', reason: 'test', status: 'pending', attempts: 0, route: null },
  });
  expect(shown.text).toContain('asked for by operator-of-test');

  const { matchedCount } = await mongo.notifications.updateOne(
    { _id: id },
    { $set: { status: 'dead', attempts: 9, last_error: 'status_503', finished_at: new Date(0) } },
  );
  expect(matchedCount).toBe(1);
  const dead = await ask('GET', '/notifications?status=dead&receiver=pager', undefined, 'viewer');
  expect(dead.body['data']).toMatchObject([{ id, status: 'dead', last_error: 'status_503' }]);
  expect(await ask('POST', `/notifications/${id}/resend`)).toMatchObject({
    status: 202,
    body: { id, status: 'pending', attempts: 0, resent: 1, last_error: null },
  });
  const stored = await mongo.notifications.findOne({ _id: id });
  expect(stored).toMatchObject({ status: 'pending', resent: 1, finished_at: null });
  expect(stored!.next_attempt_at.getTime()).toBeLessThanOrEqual(Date.now());
  expect((await ask('POST', '/notifications/other/resend')).status).toBe(404);
  expect((await ask('GET', '/notifications/other')).status).toBe(404);
});

it('does not take a notification from who delivers it', async () => {
  const id = `ntf_${randomUUID()}`;
  const content = { receiver: 'pager', kind: 'webhook', route: 'critical', reason: 'change' };
  const rest = { _id: id, group: 'g', labels: {}, alerts: [], more: 0 };
  const now = new Date();
  await mongo.notifications.insertOne(
    pendingNotification({ ...rest, ...content } as never, now, new Date(now.getTime() + 1e9)),
  );
  const read = mongo.notifications.findOne.bind(mongo.notifications);
  const spy = jest.spyOn(app.get(Mongo).notifications, 'findOne').mockImplementationOnce((async (
    filter: object,
  ) => {
    const found = await read(filter);
    await mongo.notifications.updateOne({ _id: id }, { $inc: { version: 1 } });
    return found;
  }) as never);
  expect((await ask('POST', `/notifications/${id}/resend`)).status).toBe(409);
  spy.mockRestore();
});

it('finds notifications by what they are asked for, and refuses other questions', async () => {
  const count = async (query: string): Promise<unknown> => {
    const { status, body } = await ask('GET', `/notifications?${query}`);
    return status === 200 ? (body['data'] as unknown[]).length : status;
  };
  expect(await count('route=critical&reason=change')).toBe(1);
  expect(await count('reason=test')).toBe(1);
  expect(await count('receiver=nobody')).toBe(0);
  expect(await count('status=lost')).toBe(400);
  expect(await count('reason=mood')).toBe(400);
  expect(await count('receiver[$ne]=x')).toBe(400);
});
