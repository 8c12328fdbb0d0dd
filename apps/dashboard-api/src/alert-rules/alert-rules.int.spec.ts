import { randomUUID } from 'node:crypto';
import { RuleStore } from '@iot/alert-rules';
import { readRule } from '@iot/alerting';
import { Mongo, type AlertDocument, type RawDocument } from '@iot/mongo';
import { createLogger, createService } from '@iot/service';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { dashboardConfig } from '../config.js';
import { service } from '../service.js';

const config = dashboardConfig({
  HOST: '127.0.0.1',
  AUTH: 'off',
  MONGO_URL: process.env['TEST_MONGO'],
  MONGO_DB: `rules_${randomUUID().slice(0, 8)}`,
  KAFKA_BOOTSTRAP_SERVERS: process.env['TEST_KAFKA'],
});
const START = Date.parse('2026-01-01T00:00:00Z');
const RULE = {
  name: 'hot',
  selector: { device: 'press-*', sensor: 'temperature_c' },
  condition: { kind: 'above', bound: 80, clear_at: 75 },
};

let app: NestFastifyApplication;
let mongo: Mongo;

async function ask(
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  url: string,
  payload?: object,
): Promise<{ status: number; body: Record<string, unknown>; text: string }> {
  const { statusCode, body } = await app.inject({
    method,
    url,
    ...(payload !== undefined && { payload }),
  });
  const isJson = body.startsWith('{') && !body.trimEnd().includes('\n');
  return { status: statusCode, text: body, body: isJson ? (JSON.parse(body) as never) : {} };
}

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

it('makes, changes, shows and deletes rules, each version kept, under compare-and-set', async () => {
  expect(await ask('POST', '/alert-rules', RULE)).toMatchObject({
    status: 201,
    body: { name: 'hot', version: 1, origin: 'api', rule: { enabled: true } },
  });
  expect(await ask('POST', '/alert-rules', RULE)).toMatchObject({ status: 409 });
  const changed = { ...RULE, name: undefined, severity: 'critical' };
  expect(await ask('PUT', '/alert-rules/hot', changed)).toMatchObject({
    status: 200,
    body: { version: 2 },
  });
  expect(await ask('PUT', '/alert-rules/hot', changed)).toMatchObject({ body: { version: 2 } });
  expect(await ask('PUT', '/alert-rules/hot?version=1', RULE)).toMatchObject({ status: 409 });
  expect(await ask('PUT', '/alert-rules/cold', RULE)).toMatchObject({
    status: 400,
    body: { errors: [{ field: 'name', message: 'must be cold, as in the path' }] },
  });
  const bad = { ...RULE, condition: { kind: 'above', bound: 'high', for: '1 hour' } };
  expect((await ask('POST', '/alert-rules', bad)).body['errors']).toEqual([
    {
      field: 'condition.bound',
      message: 'must be a number from -1e100 to 1e100, as values are',
    },
    {
      field: 'condition.for',
      message: 'must be a duration from 1s to 31d, such as 30s, 5m, 1h, 1d',
    },
  ]);
  expect((await ask('GET', '/alert-rules')).body['data']).toHaveLength(1);
  expect(await ask('DELETE', '/alert-rules/hot')).toMatchObject({ status: 204 });
  expect(await ask('DELETE', '/alert-rules/hot')).toMatchObject({ status: 404 });
  expect((await ask('GET', '/alert-rules')).body['data']).toEqual([]);
  expect((await ask('GET', '/alert-rules/hot')).body['versions']).toMatchObject([
    { version: 3, rule: null, by: 'anonymous' },
    { version: 2, rule: { severity: 'critical' } },
    { version: 1, rule: { severity: 'warning' } },
  ]);
});

it('leaves to a file what it keeps, and takes it over when there is no file any more', async () => {
  const store = new RuleStore(mongo, new Set(['temperature_c']));
  const file = { by: 'file', origin: 'file' };
  const { rule } = readRule({ ...RULE, name: 'kept' }, new Set(['temperature_c'])) as never;
  await store.apply([rule], file);
  const changed = { ...RULE, name: 'kept', severity: 'critical' };
  expect((await ask('PUT', '/alert-rules/kept', changed)).status).toBe(409);
  expect((await ask('DELETE', '/alert-rules/kept')).status).toBe(409);
  await store.letGo('file');
  expect(await ask('PUT', '/alert-rules/kept', changed)).toMatchObject({
    status: 200,
    body: { version: 2, origin: 'api' },
  });
  expect((await ask('DELETE', '/alert-rules/kept')).status).toBe(204);
});

it('acknowledges an active alert once, takes notes, and finds alerts by what became of them', async () => {
  const alert = (i: number, some: Partial<AlertDocument>): AlertDocument => ({
    _id: `press-${i}|hot|${START}`,
    device_id: `press-${i}`,
    sensor_type: 'temperature_c',
    alert_type: 'above',
    rule: 'hot',
    rule_version: 2,
    labels: {},
    severity: 'warning',
    message: 'hot',
    value: 81,
    timestamp: new Date(START + i),
    status: 'active',
    threshold: 80,
    occurrences: 1,
    last_value: 81,
    last_seen: new Date(START),
    resolved_at: null,
    resolved_reason: null,
    created_at: new Date(START),
    raises_last_hour: i,
    version: 1,
    ...some,
  });
  await mongo.alerts.insertMany([
    alert(1, {}),
    alert(2, { status: 'resolved', resolved_at: new Date(START) }),
    alert(3, { status: 'pending' }),
    alert(4, {}),
  ]);
  const path = (i: number) => `/alerts/${encodeURIComponent(`press-${i}|hot|${START}`)}`;
  expect(await ask('POST', `${path(1)}/acknowledge`, { note: 'on it' })).toMatchObject({
    status: 200,
    body: { status: 'acknowledged', acknowledged_by: 'anonymous', acknowledgement_note: 'on it' },
  });
  expect(await ask('POST', `${path(1)}/acknowledge`, { note: 'me too' })).toMatchObject({
    status: 200,
    body: { acknowledgement_note: 'on it' },
  });
  expect((await ask('POST', `${path(2)}/acknowledge`)).status).toBe(409);
  expect((await ask('POST', `${path(9)}/acknowledge`)).status).toBe(404);
  expect((await ask('POST', `${path(1)}/notes`, { text: 'replaced the valve' })).status).toBe(201);
  expect((await ask('POST', `${path(1)}/notes`, {})).status).toBe(400);
  expect(await mongo.alerts.findOne({ device_id: 'press-1' })).toMatchObject({
    tell_at: expect.any(Date),
    notes: [{ by: 'anonymous', text: 'replaced the valve' }],
  });
  const devices = async (query: string) =>
    ((await ask('GET', `/alerts?${query}`)).body['data'] as { device_id: string }[]).map(
      ({ device_id }) => device_id,
    );
  expect(await devices('status=acknowledged')).toEqual(['press-1']);
  expect(await devices('status=active')).toEqual(['press-4']);
  expect(await devices('status=pending')).toEqual(['press-3']);
  expect(await devices('rule=hot&min_raises=3')).toEqual(['press-4', 'press-3']);
  expect(await devices('rule=cold')).toEqual([]);
});

it('keeps mutes until they are deleted', async () => {
  const mute = { selector: { device: 'press-*' }, reason: 'repair', to: '2030-01-01T00:00:00Z' };
  const made = await ask('POST', '/mutes', mute);
  expect(made).toMatchObject({ status: 201, body: { rule: null, created_by: 'anonymous' } });
  expect((await ask('POST', '/mutes', { ...mute, to: 1, reason: '' })).body['errors']).toEqual([
    { field: 'reason', message: 'must be text of 1 to 500 characters' },
    { field: 'to', message: 'must be later than from' },
  ]);
  expect((await ask('GET', '/mutes')).body['data']).toEqual([made.body]);
  expect((await ask('DELETE', `/mutes/${String(made.body['id'])}`)).status).toBe(204);
  expect((await ask('GET', '/mutes')).body['data']).toEqual([]);
});

it('finds alerts that a mute covers now, and those that none does', async () => {
  const devices = async (muted: string): Promise<string[]> =>
    ((await ask('GET', `/alerts?rule=hot&muted=${muted}`)).body['data'] as never[])
      .map(({ device_id }) => device_id as string)
      .sort();
  const all = ['press-1', 'press-2', 'press-3', 'press-4'];
  expect([await devices('true'), await devices('false')]).toEqual([[], all]);
  const made: string[] = [];
  for (const mute of [
    { selector: { device: 'press-1' } },
    { selector: { device: 'press-4*', sensor: 'temperature_c' }, rule: 'hot' },
    { selector: { device: 'press-2', sensor: 'humidity' } },
    { selector: { device: '*' }, rule: 'cold' },
    { selector: { device: '*' }, from: '2020-01-01T00:00:00Z', to: '2021-01-01T00:00:00Z' },
    { selector: { device: '*' }, from: '2100-01-01T00:00:00Z' },
  ]) {
    const { status, body } = await ask('POST', '/mutes', { ...mute, reason: 'repair' });
    expect([mute, status]).toEqual([mute, 201]);
    made.push(String(body['id']));
  }
  expect(await devices('true')).toEqual(['press-1', 'press-4']);
  expect(await devices('false')).toEqual(['press-2', 'press-3']);
  expect((await ask('GET', '/alerts?muted=maybe')).status).toBe(400);
  for (const id of made) await ask('DELETE', `/mutes/${id}`);
});

it('tries a rule on stored readings as they arrived, late ones left out', async () => {
  const reading = (device_id: string, second: number, temperature_c: number, late = 0) =>
    ({
      _id: `${device_id}/${second}`,
      event_id: String(second),
      device_id,
      ts: new Date(START + second * 1000),
      received_at: new Date(START + (second + late) * 1000),
      temperature_c,
      source: `telemetry.raw/0/${second}`,
    }) as RawDocument;
  await mongo.raw.insertMany([
    ...Array.from({ length: 100 }, (_, i) => reading('press-1', 2 * i, i % 10 === 3 ? 81 : 20)),
    reading('press-1', 101, 99, 50),
    reading('press-2', 1, 90),
    reading('oven-1', 1, 90),
  ]);
  const range = { from: new Date(START).toISOString(), to: START + 3_600_000 };
  const { status, text } = await ask('POST', '/alert-rules/back-test', { rule: RULE, ...range });
  expect(status).toBe(200);
  const lines = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines.at(-1)).toMatchObject({ type: 'summary', devices: 2, readings: 102, alerts: 11 });
  const alerts = lines.filter(({ type }) => type === 'alert');
  expect(alerts.filter(({ device_id }) => device_id === 'press-1')).toHaveLength(10);
  expect(alerts.at(-1)).toMatchObject({ device_id: 'press-2', value: 90, resolved_at: null });
  const refused = await ask('POST', '/alert-rules/back-test', { rule: RULE, from: 5, to: 4 });
  expect([refused.status, refused.body['errors']]).toEqual([
    400,
    [{ field: 'from', message: 'must be earlier than to' }],
  ]);
});
