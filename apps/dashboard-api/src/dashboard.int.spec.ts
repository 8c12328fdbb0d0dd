import { randomUUID } from 'node:crypto';
import {
  Mongo,
  type AlertDocument,
  type DeviceDocument,
  type RawDocument,
  type RollupDocument,
} from '@iot/mongo';
import { createLogger, createService } from '@iot/service';
import { BUILT_IN_SENSORS } from '@iot/telemetry';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { jest } from '@jest/globals';
import fc from 'fast-check';
import { dashboardConfig } from './config.js';
import { service } from './service.js';

const NAMES = BUILT_IN_SENSORS.map(({ name }) => name);
const START = Date.parse('2026-01-01T00:00:00Z');
const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';
const database = `dash_${randomUUID().slice(0, 8)}`;
const config = dashboardConfig({
  HOST: '127.0.0.1',
  AUTH: 'off',
  MONGO_URL: process.env['TEST_MONGO'],
  MONGO_DB: database,
  KAFKA_BOOTSTRAP_SERVERS: process.env['TEST_KAFKA'],
  CORS_ORIGINS: 'https://dash.example.com',
});

jest.setTimeout(120_000);

let app: NestFastifyApplication;
let mongo: Mongo;

interface Answer {
  status: number;
  headers: Record<string, string | undefined>;
  text: string;
}
type Row = Record<string, unknown>;
/** The OpenAPI document, as far as it is asked here. */
interface Document {
  openapi: string;
  paths: Record<
    string,
    {
      get: {
        responses: Record<
          string,
          { content: Record<string, { schema: object; example?: unknown }> }
        >;
        parameters: { name: string; schema: object }[];
      };
    }
  >;
  components: object;
}

async function get(
  url: string,
  headers: Record<string, string> = {},
  method: 'GET' | 'HEAD' | 'POST' | 'DELETE' | 'OPTIONS' = 'GET',
): Promise<Answer> {
  const response = await app.inject({ method, url, headers });
  return {
    status: response.statusCode,
    headers: response.headers as Answer['headers'],
    text: response.body,
  };
}
const list = async (url: string): Promise<{ data: Row[]; next_cursor: string | null }> => {
  const { status, text } = await get(url);
  if (status !== 200) throw new Error(`${url}: ${status} ${text}`);
  return JSON.parse(text) as never;
};
/** A path of the document with what it must have: something's name, a time to search from. */
const addressOf = (path: string): string =>
  path.replaceAll(/\{\w+\}/g, 'd1') + (path === '/logs' ? `?from=${START}` : '');
/** Follows next_cursor to the end. */
async function walk(
  url: string,
  between: () => Promise<unknown> = async () => undefined,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page = await list(
      `${url}${url.includes('?') ? '&' : '?'}${cursor === '' ? '' : `cursor=${cursor}`}`,
    );
    rows.push(...page.data);
    cursor = page.next_cursor;
    if (cursor !== null) await between();
  }
  return rows;
}

const reading = (
  id: string,
  device_id: string,
  seconds: number,
  values: Record<string, number> = { temperature_c: 20 },
): RawDocument => ({
  _id: id,
  device_id,
  ts: new Date(START + seconds * 1000),
  received_at: new Date(START + seconds * 1000 + 40),
  ...values,
  source: `telemetry.raw/0/${id}`,
});
const rollup = (
  device_id: string,
  sensor_type: string,
  window: string,
  seconds: number,
): RollupDocument => ({
  _id: `${device_id}|${sensor_type}|${window}|${START + seconds * 1000}`,
  device_id,
  sensor_type,
  window,
  timestamp: new Date(START + seconds * 1000),
  count: 2,
  sum: 41,
  min: 20,
  max: 21,
  average: 20.5,
  version: 1,
  updated_at: new Date(START),
});
const alert = (id: string, seconds: number, more: Partial<AlertDocument> = {}): AlertDocument => ({
  _id: id,
  device_id: 'd1',
  sensor_type: 'temperature_c',
  alert_type: 'above_max',
  severity: 'warning',
  message: '=cmd()|"x", 55 is above 50',
  value: 55,
  timestamp: new Date(START + seconds * 1000),
  status: 'active',
  threshold: 50,
  occurrences: 1,
  last_value: 55,
  last_seen: new Date(START + seconds * 1000),
  resolved_at: null,
  created_at: new Date(START + 100_000 - seconds * 1000),
  version: 1,
  ...more,
});
const device = (id: string, seconds: number, latest: Record<string, number>): DeviceDocument => ({
  _id: id,
  first_seen: new Date(START + seconds * 1000),
  last_seen: new Date(START + 60_000 - seconds * 1000),
  latest: Object.fromEntries(
    Object.entries(latest).map(([sensor, value]) => [sensor, { value, ts: new Date(START) }]),
  ),
  version: 1,
});

async function empty(): Promise<void> {
  for (const collection of [mongo.raw, mongo.rollups, mongo.alerts, mongo.devices])
    await collection.deleteMany({});
}

beforeAll(async () => {
  mongo = new Mongo(config, 'test');
  app = await createService(service, config, createLogger('test', 'silent'));
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
});

afterAll(async () => {
  await mongo.db.dropDatabase();
  await mongo.close();
  await app.close();
});

/**
 * A date as another writer may have stored it: the driver takes the number, and a JavaScript Date
 * cannot hold it.
 */
class AnyDate extends Date {
  constructor(private readonly ms: number) {
    super(0);
  }
  override getTime(): number {
    return this.ms;
  }
}

describe('documents whose time is none', () => {
  const [EARLY, LATE] = [-8640000000000001, 8640000000000001];
  beforeAll(async () => {
    await empty();
    const absurd = [EARLY, EARLY - 5, EARLY - 900, LATE, LATE + 3, LATE + 4].map((ms, i) => ({
      ...reading(`absurd${i}`, 'd1', 0),
      ts: new AnyDate(ms),
      received_at: new AnyDate(ms),
    }));
    await mongo.raw.insertMany([
      ...absurd,
      ...[1, 2, 3, 3, 4].map((seconds, i) => reading(`e${i}`, 'd1', seconds)),
    ]);
    const first = device('d1', 1, { temperature_c: 20 });
    await mongo.devices.insertMany([
      {
        ...first,
        first_seen: new AnyDate(EARLY),
        latest: { temperature_c: { value: 1, ts: new AnyDate(LATE) } },
      },
      device('d2', 2, { voltage: 230.5 }),
    ]);
  });
  const ORDER = [
    'absurd5',
    'absurd4',
    'absurd3',
    'e4',
    'e3',
    'e2',
    'e1',
    'e0',
    'absurd2',
    'absurd1',
    'absurd0',
  ];

  it.each([1, 2, 3, 5, 1000])(
    'are seen once each, at their end of the list, and hide no others: limit %d',
    async (limit) => {
      const rows = await walk(`/telemetry?limit=${limit}`);
      expect(rows.map(({ event_id }) => event_id)).toEqual(ORDER);
      expect(rows.map(({ ts }) => ts === null)).toEqual(ORDER.map((id) => id.startsWith('absurd')));
    },
  );

  it('are in exports, and devices that have one are listed', async () => {
    const csv = await get('/telemetry', { accept: 'text/csv' });
    expect([csv.status, csv.text.trim().split('\n').length]).toEqual([200, ORDER.length + 1]);
    const devices = await walk('/devices?limit=1');
    expect(devices.map(({ device_id, first_seen }) => [device_id, first_seen === null])).toEqual([
      ['d2', false],
      ['d1', true],
    ]);
    for (const url of ['/sensors/latest', '/sensors/history?device_id=d1', '/stats'])
      expect((await get(url)).status).toBe(200);
  });
});

/** Two of each that the lists for admins have. */
async function storeAccounts(): Promise<void> {
  const [one, two] = [new Date(START), new Date(START + 1000)];
  const user = { role: 'viewer' as const, password: '', updated_at: two, blocked_at: null };
  const token = { name: 'n', role: 'viewer' as const, secrets: [], expires_at: null };
  const record = {
    ...{ action: 'login', outcome: 'ok' as const, actor_kind: 'user', actor: 'ada' },
    ...{ target: '', source: '192.0.2.7', detail: '', expire_at: two },
  };
  for (const [_id, at] of [
    ['a', one],
    ['b', two],
  ] as const) {
    await mongo.users.insertOne({ _id, created_at: at, ...user });
    await mongo.serviceTokens.insertOne({ _id, created_at: at, ...token });
    await mongo.audit.insertOne({ _id, at, ...record });
  }
}

/** Two lines of a log. */
async function storeLines(): Promise<void> {
  const at = new Date(START);
  const line = { level: 'info', severity_number: 9, severe: false, body: 'b', attributes: '{}' };
  for (const _id of ['l1/0', 'l2/0'])
    await mongo.logs.insertOne({
      ...{ ...line, _id, timestamp: at, stored_at: new Date(), service: 's' },
    } as never);
}

/** Two of each that the lists about telling people have. */
async function storeNotifications(): Promise<void> {
  const at = new Date(START);
  const kept = { enabled: true, source: 'api' as const, version: 1, created_at: at };
  for (const _id of ['n1', 'n2']) {
    await mongo.receivers.insertOne({
      ...{ ...kept, _id, kind: 'email', to: ['ops@example.com'], updated_at: at },
      rate_limit: { count: 10, per_s: 60 },
    });
    await mongo.routes.insertOne({
      ...{ ...kept, _id, receiver: 'n1', match: { selector: { device: '*' } }, updated_at: at },
      ...{ group_by: [], group_wait_s: 10, group_interval_s: 60, repeat_interval_s: 0 },
      send_resolved: true,
    });
    await mongo.notifications.insertOne({
      ...{ _id, receiver: 'n1', kind: 'email', route: null, reason: 'test', group: null },
      ...{ labels: {}, alerts: [], more: 0, status: 'dead', attempts: 1, resent: 0, version: 1 },
      ...{ last_error: 'smtp_550', created_at: at, finished_at: at },
      ...{ next_attempt_at: at, round_at: at, expire_at: at },
    });
  }
}

describe('lists', () => {
  beforeAll(async () => {
    await empty();
    await storeAccounts();
    await storeLines();
    await storeNotifications();
    await mongo.raw.insertMany([
      reading('e1', 'd1', 1, { temperature_c: 21, humidity: 40 }),
      reading('e2', 'd1', 2),
      { ...reading('e3', 'd2', 2, { voltage: 230.5 }), lat: 52.5, lon: -13.25 },
      reading('e4', '-d3', 3, { temperature_c: -4 }),
    ]);
    await mongo.rollups.insertMany([
      rollup('d1', 'temperature_c', '1m', 0),
      rollup('d1', 'humidity', '1m', 0),
      rollup('d1', 'temperature_c', '1h', -3600),
      rollup('d2', 'voltage', '1m', 60),
    ]);
    await mongo.alerts.insertMany([
      alert('a1', 10),
      alert('a2', 20, { severity: 'critical', device_id: 'd2', sensor_type: 'voltage' }),
      alert('a3', 30, { status: 'resolved', resolved_at: new Date(START + 40_000) }),
    ]);
    await mongo.devices.insertMany([
      device('d1', 1, { temperature_c: 20, humidity: 40 }),
      device('d2', 2, { voltage: 230.5 }),
      device('-d3', 3, { temperature_c: -4 }),
    ]);
  });

  const ids = async (url: string, key: string): Promise<unknown[]> =>
    (await list(url)).data.map((row) => row[key]);

  it.each<[string, string, unknown[]]>([
    ['/telemetry', 'event_id', ['e4', 'e3', 'e2', 'e1']],
    ['/telemetry?device_id=d1', 'event_id', ['e2', 'e1']],
    ['/telemetry?sensor_type=temperature', 'event_id', ['e4', 'e2', 'e1']],
    ['/telemetry?from=2026-01-01T00:00:01Z&to=2026-01-01T00:00:02Z', 'event_id', ['e1']],
    [`/telemetry?from=${START + 2000}`, 'event_id', ['e4', 'e3', 'e2']],
    ['/telemetry?device_id=nobody', 'event_id', []],
    ['/devices/d1/telemetry', 'event_id', ['e2', 'e1']],
    ['/devices/%64%31/telemetry/?limit=1', 'event_id', ['e2']],
    ['/devices/-d3/telemetry', 'event_id', ['e4']],
    ['/aggregated', 'sensor_type', ['voltage', 'temperature_c', 'humidity', 'temperature_c']],
    ['/aggregated?window=1h', 'window', ['1h']],
    ['/aggregated?window=1m&sensor_type=humidity&device_id=d1', 'sensor_type', ['humidity']],
    ['/devices/d1/aggregates?window=1m', 'sensor_type', ['temperature_c', 'humidity']],
    ['/alerts', 'id', ['a3', 'a2', 'a1']],
    ['/alerts?status=active', 'id', ['a2', 'a1']],
    ['/alerts?severity=critical', 'id', ['a2']],
    ['/alerts?device_id=d1&sensor_type=temperature_c&status=resolved', 'id', ['a3']],
    [`/alerts?from=${START + 20_000}&to=${START + 30_000}`, 'id', ['a2']],
    ['/alerts/recent', 'id', ['a1', 'a2', 'a3']],
    [`/alerts/recent?from=${START + 80_000}`, 'id', ['a1', 'a2']],
    ['/devices', 'device_id', ['-d3', 'd2', 'd1']],
    ['/devices?device_id=d2', 'device_id', ['d2']],
    [`/devices?from=${START + 58_000}`, 'device_id', ['d2', 'd1']],
    ['/sensors/latest', 'sensor_type', ['temperature_c', 'voltage', 'humidity', 'temperature_c']],
    ['/sensors/latest?sensor_type=temperature_c', 'device_id', ['-d3', 'd1']],
    ['/sensors/latest?device_id=d1&sensor_type=humidity', 'value', [40]],
    ['/sensors/history?device_id=d1', 'value', [20, 40, 21]],
    ['/sensors/history?device_id=d1&sensor_type=temperature_c&limit=1', 'value', [20]],
  ])('%s', async (url, key, expected) => {
    expect(await ids(url, key)).toEqual(expected);
  });

  it('each is the same by pages of one, as NDJSON, and in length as CSV', async () => {
    const { paths } = JSON.parse((await get('/openapi.json')).text) as Document;
    const urls = Object.entries(paths)
      .filter(
        ([, { get: operation }]) => operation && 'text/csv' in operation.responses['200']!.content,
      )
      .map(([path]) => addressOf(path));
    expect(urls.length).toBeGreaterThanOrEqual(9);
    for (const url of urls) await comesInAllFormats(url);
  });

  async function comesInAllFormats(url: string): Promise<void> {
    const { data, next_cursor } = await list(url);
    expect([url, next_cursor, data.length > 1]).toEqual([url, null, true]);
    expect(await walk(`${url}${url.includes('?') ? '&' : '?'}limit=1`)).toEqual(data);
    const ndjson = await get(url, { accept: 'application/x-ndjson' });
    expect(ndjson.headers['content-type']).toBe('application/x-ndjson; charset=utf-8');
    expect(
      ndjson.text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Row),
    ).toEqual(data);
    const csv = await get(url, { accept: 'text/csv' });
    expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8; header=present');
    expect(csv.text.split('\r\n')).toHaveLength(data.length + 2);
  }

  it('in CSV keep numbers, empty what is missing, and disarm formulas', async () => {
    const others = ','.repeat(NAMES.length - 4);
    expect((await get('/telemetry?limit=2', { accept: 'text/csv' })).text).toBe(
      `event_id,device_id,ts,received_at,${NAMES.join(',')},lat,lon,attributes\r\n` +
        `e4,'-d3,2026-01-01T00:00:03.000Z,2026-01-01T00:00:03.040Z,-4,,,${others},,,\r\n` +
        `e3,d2,2026-01-01T00:00:02.000Z,2026-01-01T00:00:02.040Z,,,230.5,${others},52.5,-13.25,\r\n`,
    );
    expect((await get('/alerts?limit=1', { accept: 'text/csv' })).text).toContain(
      `,"'=cmd()|""x"", 55 is above 50",`,
    );
  });

  it('in CSV and NDJSON with a limit lead on by a Link header, to the end', async () => {
    const lines: string[] = [];
    for (let url: string | undefined = '/telemetry?limit=3&device_id=d1&from=0'; url;) {
      const { text, headers } = await get(url, { accept: 'application/x-ndjson' });
      lines.push(...text.trimEnd().split('\n'));
      url = /^<(.*)>; rel="next"$/.exec(headers['link'] ?? '')?.[1];
    }
    expect(lines).toHaveLength(2);
    expect((await get('/telemetry?limit=3', { accept: 'text/csv' })).headers['link']).toMatch(
      /^<\/telemetry\?limit=3&cursor=[\w-]+>; rel="next"$/,
    );
  });

  it('have no body for HEAD, and the headers of GET', async () => {
    for (const accept of ['application/json', 'text/csv', 'application/x-ndjson']) {
      const head = await get('/telemetry', { accept }, 'HEAD');
      expect([head.status, head.text, head.headers['content-type']?.split(';')[0]]).toEqual([
        200,
        '',
        accept,
      ]);
    }
  });

  it('say 406 for formats they do not have', async () => {
    const { status, headers, text } = await get('/telemetry', { accept: 'image/png' });
    expect([status, headers['content-type']]).toEqual([406, PROBLEM_TYPE]);
    expect(text).toContain('application/json, text/csv, application/x-ndjson');
  });

  it('count what is stored', async () => {
    expect(JSON.parse((await get('/stats')).text)).toEqual({
      telemetry: { count: 4 },
      aggregated: { count: 4 },
      devices: { count: 3 },
      alerts: { count: 3, active: { warning: 1, critical: 1, total: 2 } },
      last_reading: {
        device_id: 'd1',
        ts: '2026-01-01T00:00:02.000Z',
        received_at: '2026-01-01T00:00:02.040Z',
      },
    });
  });

  it('are described for who comes without a token too, as AUTH is off', async () => {
    const { paths } = JSON.parse((await get('/openapi.json')).text) as {
      paths: Record<string, { get: { security?: object[]; responses: object } }>;
    };
    const { security, responses } = paths['/devices']!.get;
    expect(security).toEqual([{ accessToken: [] }, { serviceToken: [] }, { cookie: [] }, {}]);
    expect(Object.keys(responses)).toEqual(expect.arrayContaining(['401', '403']));
    expect(paths['/auth']!.get.security).toBeUndefined();
  });

  it('are what the OpenAPI document says', async () => {
    const document = JSON.parse((await get('/openapi.json')).text) as Document;
    expect(document.openapi).toBe('3.1.0');
    const ajv = new Ajv2020({
      strict: false,
      formats: { 'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/ },
    });
    const conforms = (schema: object, value: unknown): string => {
      const validate = ajv.compile({ ...schema, components: document.components } as object);
      return validate(value) ? 'yes' : ajv.errorsText(validate.errors);
    };
    const paths = Object.entries(document.paths);
    expect(paths.map(([path]) => path)).toEqual(
      expect.arrayContaining([
        '/',
        '/aggregated',
        '/alerts',
        '/alerts/recent',
        '/devices',
        '/devices/{id}/aggregates',
        '/devices/{id}/telemetry',
        '/platform',
        '/sensors/history',
        '/sensors/latest',
        '/stats',
        '/telemetry',
      ]),
    );
    for (const [path, { get: operation }] of paths) {
      // What is live has no end.
      const schema = operation?.responses['200']?.content['application/json']?.schema;
      if (!schema || path === '/live') continue;
      const { status, text } = await get(addressOf(path));
      // Nothing of that name is stored, or can be.
      if ([400, 404].includes(status) && path.includes('{')) continue;
      expect([path, conforms(schema, JSON.parse(text))]).toEqual([path, 'yes']);
    }
    for (const [path, operations] of paths)
      for (const { responses } of Object.values(operations))
        for (const [status, { content }] of Object.entries(responses)) {
          if (status < '400') continue;
          const { schema, example } = content['application/problem+json']!;
          expect([path, status, conforms(schema, example)]).toEqual([path, status, 'yes']);
        }
    const refusal = JSON.parse((await get('/telemetry?limit=0')).text) as unknown;
    expect(
      conforms(
        document.paths['/telemetry']!.get.responses['400']!.content['application/problem+json']!
          .schema,
        refusal,
      ),
    ).toBe('yes');
    const sensor = document.paths['/telemetry']!.get.parameters.find(
      ({ name }) => name === 'sensor_type',
    );
    expect(sensor?.schema).toMatchObject({
      enum: NAMES,
    });
  });
});

describe('bad requests', () => {
  it.each<[string, number, string]>([
    ['/telemetry?limit=0', 400, 'limit must be a whole number from 1 to 1000'],
    ['/telemetry?limit=1&limit=2', 400, 'limit must be a whole number'],
    ['/telemetry?from=now', 400, 'from must be an RFC 3339 time'],
    ['/telemetry?from=2&to=1', 400, 'from must not be later than to'],
    ['/telemetry?device_id[$ne]=x', 400, 'device_id[$ne] is not a parameter here'],
    [
      '/telemetry?offset=3',
      400,
      'offset is not a parameter here; known: limit, cursor, from, to, device_id, sensor_type',
    ],
    ['/telemetry?__proto__=3', 400, '__proto__ is not a parameter here'],
    ['/telemetry?sensor_type=source', 400, 'sensor_type must be one of temperature_c'],
    ['/telemetry?cursor=bm9uc2Vuc2U', 400, 'cursor must be the next_cursor of a page of this list'],
    ['/telemetry?cursor=', 400, 'cursor must be'],
    ['/aggregated?window=1y', 400, 'window must be a window size from 1s to 31d'],
    [
      '/alerts?status=ACTIVE',
      400,
      'status must be one of pending, active, acknowledged, resolved, lapsed',
    ],
    ['/devices/a%2Fb/telemetry', 400, 'device_id must be 1–128 of'],
    [`/devices/${'a'.repeat(129)}/aggregates`, 400, 'device_id must be 1–128 of'],
    [`/devices/${'a'.repeat(500)}/aggregates`, 414, 'The path is too long'],
    ['/devices/%zz/telemetry', 400, 'not valid'],
    ['/stats?limit=1', 400, 'limit is not a parameter here; known: none'],
    ['/?x=1', 400, 'x is not a parameter here'],
    ['/nothing', 404, 'There is no GET /nothing'],
    ['/devices/d1', 404, 'There is no GET /devices/d1'],
  ])('%s is %d', async (url, expected, says) => {
    const { status, headers, text } = await get(url);
    expect([status, headers['content-type']]).toEqual([expected, PROBLEM_TYPE]);
    expect(JSON.parse(text)).toMatchObject({
      status: expected,
      detail: expect.stringContaining(says) as string,
    });
  });

  it('a path with another method is a 405 that names those it has', async () => {
    for (const [method, url] of [
      ['POST', '/telemetry'],
      ['DELETE', '/devices/d1/telemetry'],
      ['POST', '/'],
      ['POST', '/health'],
    ] as const) {
      const { status, headers } = await get(url, {}, method);
      expect([url, status, headers['allow'], headers['content-type']]).toEqual([
        url,
        405,
        'GET, HEAD',
        PROBLEM_TYPE,
      ]);
    }
    expect((await get('/nothing', {}, 'POST')).status).toBe(404);
    expect((await get('/nothing', {}, 'HEAD')).status).toBe(404);
  });

  it('a browser page may read it from the configured origin only', async () => {
    expect(
      (await get('/stats', { origin: 'https://dash.example.com' })).headers[
        'access-control-allow-origin'
      ],
    ).toBe('https://dash.example.com');
    expect(
      (await get('/stats', { origin: 'https://evil.example.com' })).headers[
        'access-control-allow-origin'
      ],
    ).toBeUndefined();
    const preflight = await get(
      '/stats',
      { origin: 'https://dash.example.com', 'access-control-request-method': 'GET' },
      'OPTIONS',
    );
    expect([preflight.status, preflight.headers['access-control-allow-methods']]).toEqual([
      204,
      'GET, HEAD',
    ]);
  });
});

describe('the index', () => {
  it('names every endpoint to programs, also where they would take a page too', async () => {
    const { endpoints } = JSON.parse((await get('/')).text) as {
      endpoints: Record<string, string>;
    };
    for (const path of Object.keys(endpoints))
      expect([path, (await get(addressOf(path))).status]).toEqual([path, 200]);
    for (const accept of ['*/*', 'application/json, text/html;q=0.9', ''])
      expect((await get('/', { accept })).headers['content-type']).toMatch(/^application\/json/);
  });
});

describe('paging through data that grows', () => {
  const seconds = fc.integer({ min: 0, max: 4 });
  const devices = fc.constantFrom('d1', 'd2');
  const some = <T>(item: fc.Arbitrary<T>) => fc.array(item, { maxLength: 25 });
  const limit = fc.integer({ min: 1, max: 6 });
  let serial = 0;
  const fresh = (): string => `${(serial++ * 7919) % 10_007}x${serial}`;

  it.each<[string, (d: string, s: number) => Promise<unknown>, (row: Row) => [number, string]]>([
    [
      '/telemetry',
      (d, s) => mongo.raw.insertOne(reading(fresh(), d, s)),
      (row) => [Date.parse(row['ts'] as string), row['event_id'] as string],
    ],
    [
      '/devices/d1/telemetry',
      (d, s) => mongo.raw.insertOne(reading(fresh(), d, s)),
      (row) => [Date.parse(row['ts'] as string), row['event_id'] as string],
    ],
    [
      '/alerts',
      (d, s) => mongo.alerts.insertOne(alert(fresh(), s, { device_id: d })),
      (row) => [Date.parse(row['timestamp'] as string), row['id'] as string],
    ],
    [
      '/alerts/recent',
      (d, s) => mongo.alerts.insertOne(alert(fresh(), s, { device_id: d })),
      (row) => [Date.parse(row['created_at'] as string), row['id'] as string],
    ],
    [
      '/devices',
      (_d, s) => mongo.devices.insertOne(device(fresh(), s, { voltage: 1 })),
      (row) => [Date.parse(row['first_seen'] as string), row['device_id'] as string],
    ],
  ])(
    '%s gives each row that was there at the start once, in order',
    async (path, insert, keyOf) => {
      await fc.assert(
        fc.asyncProperty(
          some(fc.tuple(devices, seconds)),
          some(fc.tuple(devices, seconds)),
          limit,
          async (atStart, later, size) => {
            await empty();
            for (const [d, s] of atStart) await insert(d, s);
            const before = (await list(`${path}?limit=1000`)).data;
            const arriving = [...later];
            const rows = await walk(`${path}?limit=${size}`, async () => {
              for (const [d, s] of arriving.splice(0, 3)) await insert(d, s);
            });
            const keys = rows.map(keyOf);
            const known = new Set(before.map((row) => keyOf(row)[1]));
            expect(rows.filter((row) => known.has(keyOf(row)[1]))).toEqual(before);
            expect(new Set(keys.map(([, id]) => id)).size).toBe(rows.length);
            for (const [i, [time, id]] of keys.entries()) {
              const [earlier, smaller] = keys[i + 1] ?? [-Infinity, ''];
              expect(time > earlier || (time === earlier && id > smaller)).toBe(true);
            }
          },
        ),
        { numRuns: 12 },
      );
    },
  );

  it('values of sensors come once each when a page ends in the middle of a reading or a device', async () => {
    await empty();
    await mongo.raw.insertMany(
      ['a', 'b', 'c', 'd'].map((id, i) =>
        reading(id, 'd1', i >> 1, { voltage: i, current: i, humidity: i }),
      ),
    );
    await mongo.devices.insertMany(
      ['a', 'b', 'c'].map((id, i) => device(id, i >> 1, { voltage: i, current: i, humidity: i })),
    );
    for (const [path, count] of [
      ['/sensors/history', 12],
      ['/sensors/latest', 9],
    ] as const) {
      const whole = (await list(path)).data;
      expect(whole).toHaveLength(count);
      for (const size of [1, 2, 3, 4, 5])
        expect(await walk(`${path}?limit=${size}`)).toEqual(whole);
      const { text } = await get(`${path}?cursor=${(await list(`${path}?limit=4`)).next_cursor}`, {
        accept: 'application/x-ndjson',
      });
      expect(text).toBe(
        whole
          .slice(4)
          .map((row) => `${JSON.stringify(row)}\n`)
          .join(''),
      );
    }
  });

  it('a whole export has everything, in order, also when thousands of rows share one time', async () => {
    await empty();
    const documents = Array.from({ length: 7500 }, (_, i) =>
      reading(`e${(i * 7919) % 7507}`.padEnd(6, '0') + i, 'd1', i < 6000 ? 5 : i % 9),
    );
    await mongo.raw.insertMany(documents);
    const expected = documents
      .sort((a, b) => b.ts.getTime() - a.ts.getTime() || (a._id < b._id ? 1 : -1))
      .map(({ _id }) => _id);
    const { text } = await get('/telemetry', { accept: 'text/csv' });
    expect(
      text
        .split('\r\n')
        .slice(1, -1)
        .map((line) => line.split(',')[0]),
    ).toEqual(expected);
    expect((await walk('/telemetry?limit=1000')).map((row) => row['event_id'])).toEqual(expected);
  });
});
