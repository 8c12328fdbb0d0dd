import { execFileSync, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { jest } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createLogger, createService } from '@iot/service';
import { ingestionConfig } from './config.js';
import { service } from './service.js';
import { allRecords, type Stored } from './testing/topic.js';

const log = createLogger('test', 'silent');
const topic = `ingest-${randomUUID()}`;
const env = {
  KAFKA_BOOTSTRAP_SERVERS: process.env['TEST_KAFKA'] ?? '',
  HOST: '127.0.0.1',
  AUTH: 'off',
  TELEMETRY_TOPIC: topic,
  DLQ_TOPIC: `${topic}.dlq`,
  TELEMETRY_PARTITIONS: '3',
  REQUEST_TIMEOUT_MS: '1000',
  HEADERS_TIMEOUT_MS: '1000',
};

/** A service that listens on a free port of the loopback address. */
async function start(
  overrides: Record<string, string> = {},
): Promise<{ app: NestFastifyApplication; url: string; port: number }> {
  const app = await createService(service, ingestionConfig({ ...env, ...overrides }), log);
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  return { app, url, port: Number(new URL(url).port) };
}

async function ready(url: string): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if ((await fetch(`${url}/health/ready`)).ok) return;
    await delay(100);
  }
  throw new Error('the service did not get ready');
}

describe('the ingestion API', () => {
  let app: NestFastifyApplication;
  let url: string;
  let port: number;
  const began = Date.now();
  const device = (): string => `d-${randomUUID()}`;
  const json = { 'content-type': 'application/json' };
  const lines = { 'content-type': 'application/x-ndjson' };
  const post = async (
    path: string,
    body: string | Buffer,
    headers: Record<string, string> = json,
  ) => {
    const response = await fetch(url + path, { method: 'POST', body, headers });
    return {
      status: response.status,
      headers: response.headers,
      body: (await response.json()) as Record<string, unknown> & { errors: unknown[] },
    };
  };
  const of = async (key: string): Promise<Stored[]> =>
    (await allRecords(ingestionConfig(env), topic)).filter((record) => record.key === key);

  beforeAll(async () => {
    ({ app, url, port } = await start());
    await ready(url);
  }, 60_000);
  afterAll(() => app.close());

  it('writes a line of what it refuses, with the device, one of many alike', async () => {
    const alone = await start();
    const said = jest.spyOn(log, 'info');
    const [one, other] = [device(), device()];
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const send = (path: string, body: object, headers = {}) =>
      fetch(alone.url + path, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { ...json, ...headers },
      });
    const wrong = { device_id: one, event_id: 'e-1', humidity: 'wet' };
    for (let i = 0; i < 3; i++) await send('/ingest', wrong, { traceparent });
    await send('/ingest/batch', [{ device_id: other, humidity: 1 }, { device_id: other }]);
    const lines = said.mock.calls.filter(([, text]) => /refused/.test(String(text)));
    said.mockRestore();
    await alone.app.close();
    expect(lines.map(([about]) => about as object)).toEqual([
      {
        device_id: one,
        event_id: 'e-1',
        reason: 'invalid',
        error: 'humidity must be a finite number',
        trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
        span_id: '00f067aa0ba902b7',
      },
      {
        device_id: other,
        reason: 'invalid',
        error: expect.stringContaining('at least one sensor field'),
        refused_untold: 2,
      },
    ]);
  }, 30_000);

  it('takes nothing for a page whose own name was made to mean this machine', async () => {
    const body = JSON.stringify({ device_id: device(), temperature_c: 21 });
    const asked = (host: string) =>
      exchange(
        port,
        `POST /ingest HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      );
    expect(await asked('evil.example:8001')).toMatch(/^HTTP\/1.1 421 Misdirected Request/);
    expect(await asked('localhost:8001')).toMatch(/^HTTP\/1.1 202 /);
  });

  it('puts a reading into Kafka before it answers, as the contract says', async () => {
    const id = device();
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const ts = new Date(Date.now() - 5000).toISOString();
    const answer = await post(
      '/ingest',
      JSON.stringify({ device_id: id, ts, temperature: 21.5, lat: 1, lon: 2 }),
      {
        ...json,
        traceparent,
      },
    );
    expect(answer.status).toBe(202);
    expect(answer.body).toEqual({
      status: 'queued',
      device_id: id,
      event_id: expect.stringMatching(/^[\w-]{22}$/),
    });
    const [record, ...others] = await of(id);
    expect(others).toEqual([]);
    expect(record).toMatchObject({
      key: id,
      value: {
        event_id: answer.body['event_id'],
        device_id: id,
        ts: Date.parse(ts),
        temperature_c: 21.5,
        lat: 1,
        lon: 2,
      },
      headers: { traceparent },
    });
    expect(record!.timestamp).toBeGreaterThanOrEqual(began);
    expect(record!.timestamp).toBeLessThanOrEqual(Date.now());
  });

  it('gives the same id to the same reading, sent twice', async () => {
    const body = JSON.stringify({ device_id: device(), ts: Date.now() - 1000, humidity: 40 });
    const [first, second] = [await post('/ingest', body), await post('/ingest', body)];
    expect(second.body).toEqual(first.body);
  });

  it('takes the event id from the Idempotency-Key', async () => {
    const id = device();
    const key = randomUUID();
    const answer = await post('/ingest', JSON.stringify({ device_id: id, humidity: 40 }), {
      ...json,
      'idempotency-key': `"${key}"`,
    });
    expect(answer.body['event_id']).toBe(key);
    expect((await of(id)).map(({ value }) => value['event_id'])).toEqual([key]);
  });

  it.each([
    ['array', json, (readings: object[]) => JSON.stringify(readings)],
    [
      'NDJSON',
      lines,
      (readings: object[]) => readings.map((reading) => JSON.stringify(reading)).join('\n'),
    ],
  ])(
    'takes a batch as %s: the good ones, with an error for each bad one',
    async (_what, headers, encode) => {
      const id = device();
      const good = Array.from({ length: 50 }, (_, i) => ({
        device_id: id,
        ts: Date.now() - 1000 * i,
        voltage: i,
      }));
      const answer = await post(
        '/ingest/batch',
        encode([...good, { device_id: id, volts: 1 }, 7 as never]),
        headers,
      );
      expect(answer.status).toBe(202);
      expect(answer.body).toEqual({
        status: 'queued',
        accepted: 50,
        rejected: 2,
        errors: [
          { index: 50, field: 'volts', message: 'is not a known field' },
          { index: 51, field: '', message: 'must be a JSON object, not a number' },
        ],
      });
      const records = await of(id);
      expect(records.map(({ value }) => value['voltage'])).toEqual(
        good.map(({ voltage }) => voltage),
      );
      expect(new Set(records.map(({ partition }) => partition)).size).toBe(1);
    },
  );

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['br', brotliCompressSync],
  ])('inflates %s', async (encoding, compress) => {
    const id = device();
    const reading = JSON.stringify({ device_id: id, humidity: 40 });
    const padding = ' '.repeat(200_000);
    expect(
      (await post('/ingest', compress(reading), { ...json, 'content-encoding': encoding })).status,
    ).toBe(202);
    expect(
      (
        await post('/ingest/batch', compress(`[${reading}]`), {
          ...json,
          'content-encoding': encoding,
        })
      ).status,
    ).toBe(202);
    expect(
      (
        await post('/ingest/batch', compress(`${reading}\nnot json${padding}\n${reading}`), {
          ...lines,
          'content-encoding': encoding,
        })
      ).body,
    ).toMatchObject({
      accepted: 2,
      rejected: 1,
    });
    expect(await of(id)).toHaveLength(4);
  });

  it('inflates a large body as it comes', async () => {
    const id = device();
    const readings = Array.from({ length: 8000 }, (_, i) =>
      JSON.stringify({ device_id: id, humidity: i, event_id: randomUUID() }),
    );
    const body = gzipSync(readings.join('\n'));
    expect(body.length).toBeGreaterThan(70_000);
    expect(
      (await post('/ingest/batch', body, { ...lines, 'content-encoding': 'gzip' })).body,
    ).toMatchObject({
      accepted: 8000,
      rejected: 0,
    });
    expect(await of(id)).toHaveLength(8000);
  });

  describe('refuses, and nothing of it reaches Kafka:', () => {
    const id = device();
    const reading = { device_id: id, humidity: 40 };
    const good = JSON.stringify(reading);
    const big = (bytes: number) => JSON.stringify({ ...reading, event_id: 'x'.repeat(bytes) });
    const gzip = { ...json, 'content-encoding': 'gzip' };

    it.each<[string, string, string | Buffer, Record<string, string>, number, string]>([
      [
        'a wrong reading',
        '/ingest',
        JSON.stringify({ ...reading, humidity: '40' }),
        json,
        400,
        'The reading is not valid.',
      ],
      [
        '1e999',
        '/ingest',
        `{"device_id":"${id}","humidity":1e999}`,
        json,
        400,
        'The reading is not valid.',
      ],
      [
        '__proto__',
        '/ingest',
        `{"device_id":"${id}","humidity":1,"__proto__":{"a":1}}`,
        json,
        400,
        'The reading is not valid.',
      ],
      [
        'constructor',
        '/ingest',
        `{"device_id":"${id}","humidity":1,"constructor":{"prototype":1}}`,
        json,
        400,
        'The reading is not valid.',
      ],
      ['an empty object', '/ingest', '{}', json, 400, 'The reading is not valid.'],
      [
        'an array to /ingest',
        '/ingest',
        `[${good}]`,
        json,
        400,
        'The body is an array; POST /ingest/batch takes arrays.',
      ],
      ['null', '/ingest', 'null', json, 400, 'The reading is not valid.'],
      ['broken JSON', '/ingest', good.slice(0, -1), json, 400, 'The body is not valid JSON.'],
      [
        'two readings in one body',
        '/ingest',
        good + good,
        json,
        400,
        'The body is not valid JSON.',
      ],
      ['nothing', '/ingest', '', json, 400, 'The body is empty.'],
      [
        'a form',
        '/ingest',
        'device_id=d',
        { 'content-type': 'application/x-www-form-urlencoded' },
        415,
        'Content-Type must be application/json',
      ],
      [
        'another charset',
        '/ingest',
        good,
        { 'content-type': 'application/json; charset=utf-16' },
        415,
        'Content-Type must be application/json',
      ],
      ['NDJSON to /ingest', '/ingest', good, lines, 415, 'Content-Type must be application/json'],
      [
        'an unknown encoding',
        '/ingest',
        good,
        { ...json, 'content-encoding': 'zstd' },
        415,
        'Content-Encoding must be',
      ],
      [
        'a 2 MB body',
        '/ingest',
        big(2_000_000),
        json,
        413,
        'The body is larger than 1048576 bytes',
      ],
      [
        '2 MB after inflation',
        '/ingest',
        gzipSync(big(2_000_000)),
        gzip,
        413,
        'The body is larger than 1048576 bytes',
      ],
      [
        'a zip bomb',
        '/ingest/batch',
        gzipSync(Buffer.alloc(50_000_000)),
        gzip,
        413,
        'The body is larger than 10485760 bytes',
      ],
      [
        'a zip bomb in lines',
        '/ingest/batch',
        gzipSync(Buffer.alloc(200_000_000, 10)),
        { ...lines, 'content-encoding': 'gzip' },
        413,
        'The body has more values than 10000 readings can have.',
      ],
      ['not gzip', '/ingest', good, gzip, 400, 'The body is not complete and valid gzip'],
      [
        'half of a gzip',
        '/ingest',
        gzipSync(good).subarray(0, 20),
        gzip,
        400,
        'The body is not complete and valid gzip',
      ],
      ['an empty gzip', '/ingest', '', gzip, 400, 'The body is not complete and valid gzip'],
      [
        'a bad Idempotency-Key',
        '/ingest',
        good,
        { ...json, 'idempotency-key': 'a b' },
        400,
        'Idempotency-Key must be',
      ],
      [
        'two ids',
        '/ingest',
        JSON.stringify({ ...reading, event_id: 'a' }),
        { ...json, 'idempotency-key': 'b' },
        400,
        'Idempotency-Key and event_id differ',
      ],
      [
        'an Idempotency-Key for a batch',
        '/ingest/batch',
        `[${good}]`,
        { ...json, 'idempotency-key': 'b' },
        400,
        'Idempotency-Key names a single reading',
      ],
      [
        'an object to /ingest/batch',
        '/ingest/batch',
        good,
        json,
        400,
        'The body must be a JSON array',
      ],
      ['an empty batch', '/ingest/batch', '[]', json, 400, 'The batch has no readings.'],
      ['blank lines', '/ingest/batch', '\n\n', lines, 400, 'The batch has no readings.'],
      [
        'a batch without a valid reading',
        '/ingest/batch',
        '[{},1]',
        json,
        400,
        'No reading of the batch is valid.',
      ],
      [
        'too many readings',
        '/ingest/batch',
        `[${`${good},`.repeat(10_000)}${good}]`,
        json,
        413,
        'A batch has at most 10000 readings.',
      ],
      [
        'a body that is all values',
        '/ingest/batch',
        gzipSync(`[${'{},'.repeat(3_000_000)}{}]`),
        gzip,
        413,
        'The body has more values than 10000 readings can have.',
      ],
      [
        'a single body that is',
        '/ingest',
        gzipSync(`{"a":[${'[],'.repeat(300_000)}[]]}`),
        gzip,
        413,
        'The body has more values than a reading',
      ],
      [
        'too many lines',
        '/ingest/batch',
        `${good}\n`.repeat(10_001),
        lines,
        413,
        'A batch has at most 10000 readings.',
      ],
    ])('%s', async (_what, path, body, headers, status, detail) => {
      const answer = await post(path, body, headers);
      expect(answer.status).toBe(status);
      expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
      expect(answer.body).toMatchObject({
        type: 'about:blank',
        status,
        title: expect.any(String),
        detail: expect.stringContaining(detail),
      });
    });

    afterAll(async () => {
      expect(await of(id)).toEqual([]);
    });
  });

  it('names the field and says what is wrong with it', async () => {
    const answer = await post('/ingest', '{"device_id":"a/b","humidity":null,"co2":1}');
    expect(answer.body.errors).toEqual([
      { field: 'co2', message: 'is not a known field' },
      { field: 'device_id', message: expect.stringContaining('1–128 characters') },
      { field: 'humidity', message: 'must be a finite number' },
    ]);
  });

  it('is not held up by a body, whatever is in it', async () => {
    const nested = (open: string, close: string, bytes: number): string =>
      open.repeat(bytes / 2) + close.repeat(bytes / 2);
    const mebibytes = (count: number, text: string): string =>
      text.repeat((count * 2 ** 20) / text.length);
    const bodies: [string, string, Record<string, string>][] = [
      ['/ingest/batch', `[${mebibytes(9, '{},')}{}]`, json],
      ['/ingest/batch', `[{"device_id":[${mebibytes(9, '[],')}[]]}]`, json],
      ['/ingest/batch', nested('[', ']', 9_000_000), json],
      ['/ingest/batch', nested('[', ']', 150_000), json],
      ['/ingest', nested('{"device_id":', '}', 9000), json],
      ['/ingest/batch', `[{"device_id":"${mebibytes(9, 'x')}"}]`, json],
      ['/ingest/batch', `[{"device_id":"d","ts":"${mebibytes(9, '1')}"}]`, json],
      ['/ingest/batch', `[{"device_id":"d","humidity":${mebibytes(9, '1')}}]`, json],
      ['/ingest/batch', `[{"device_id":"d","humidity":1e-${mebibytes(9, '1')}}]`, json],
      ['/ingest/batch', `[{"${mebibytes(9, '\\u0041')}":1}]`, json],
      ['/ingest/batch', mebibytes(9, '\n'), lines],
      ['/ingest/batch', mebibytes(9, ' \n'), lines],
      ['/ingest/batch', mebibytes(9, '{}\n'), lines],
      ['/ingest/batch', mebibytes(9, '{'), lines],
      ['/ingest', `{${Array.from({ length: 60_000 }, (_, i) => `"f${i}":${i}`).join()}}`, json],
    ];
    const took: [string, number][] = [];
    for (const [path, body, headers] of bodies) {
      const compressed = gzipSync(body);
      const before = process.cpuUsage();
      const { status, body: answer } = await post(path, compressed, {
        ...headers,
        'content-encoding': 'gzip',
      });
      const { user, system } = process.cpuUsage(before);
      const shown = `${path} ${JSON.stringify(body.slice(0, 30))}`;
      expect([shown, [202, 400, 413].includes(status)]).toEqual([shown, true]);
      expect([shown, JSON.stringify(answer).length < 50_000]).toEqual([shown, true]);
      took.push([shown, Math.round((user + system) / 1000)]);
    }
    // Of CPU, so that a busy machine does not matter; most of it is inflating.
    expect(took.filter(([, ms]) => ms > 350)).toEqual([]);
  }, 60_000);

  it('lists a hundred errors and counts the rest', async () => {
    const single = await post(
      '/ingest',
      JSON.stringify(Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`f${i}`, i]))),
    );
    expect(single.body.errors).toHaveLength(100);
    expect(single.body['errors_omitted']).toBe(9901);
    const batch = await post(
      '/ingest/batch',
      `[${Array.from({ length: 300 }, () => '{}').join()}]`,
    );
    expect(batch.body.errors).toHaveLength(100);
    expect(batch.body['errors_omitted']).toBe(200);
  });

  it('answers other methods and paths with problem documents', async () => {
    for (const [method, path, status] of [
      ['GET', '/ingest', 405],
      ['PUT', '/ingest/batch', 405],
      ['DELETE', '/ingest', 405],
      ['OPTIONS', '/ingest', 405],
      ['HEAD', '/ingest', 405],
      ['GET', '/%69ngest', 405],
      ['GET', '/nothing', 404],
      ['POST', '/nothing', 400],
      ['GET', '/%zz', 400],
    ] as const) {
      const response = await fetch(url + path, {
        method,
        ...(method === 'POST' && { body: '{', headers: json }),
      });
      expect([path, response.status]).toEqual([path, status]);
      expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
      if (status === 405) expect(response.headers.get('allow')).toBe('POST');
      expect(await response.text()).not.toMatch(/fastify|nest|node_modules|FST_/i);
    }
  });

  it('does not wait for ever for a slow client', async () => {
    const raw = await exchange(
      port,
      'POST /ingest HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"device_id"',
    );
    expect(raw).toMatch(/^HTTP\/1.1 408 /);
    expect(raw).toContain('application/problem+json');
    expect(await exchange(port, 'POST /ingest HTTP/1.1\r\nHost: localhost\r\n')).toMatch(
      /^HTTP\/1.1 408 /,
    );
  });

  it('answers what is not HTTP', async () => {
    expect(await exchange(port, 'hello\r\n\r\n')).toMatch(/^HTTP\/1.1 400 [\s\S]*problem\+json/);
    expect(
      await exchange(
        port,
        `GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: ${'x'.repeat(100_000)}\r\n\r\n`,
      ),
    ).toMatch(/^HTTP\/1.1 431 /);
  });

  it('documents what it does', async () => {
    const document = (await (await fetch(`${url}/openapi.json`)).json()) as {
      openapi: string;
      paths: Record<string, { post: { responses: object } }>;
      components: { schemas: { Reading: { properties: object } } };
    };
    expect(document.openapi).toBe('3.1.0');
    for (const path of ['/ingest', '/ingest/batch'])
      expect(Object.keys(document.paths[path]!.post.responses)).toEqual([
        '202',
        '400',
        '408',
        '413',
        '415',
        '429',
        '503',
      ]);
    expect(Object.keys(document.components.schemas.Reading.properties)).toContain('temperature_c');
    const docs = await fetch(`${url}/docs`);
    expect(docs.status).toBe(200);
    expect(docs.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(docs.headers.get('x-content-type-options')).toBe('nosniff');
    expect(docs.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('counts what it does', async () => {
    const text = await (await fetch(`${url}/metrics`)).text();
    const value = (pattern: RegExp): number => Number(pattern.exec(text)?.[1]);
    expect(value(/^readings_accepted_total\{[^}]*\} (\d+)/m)).toBeGreaterThan(100);
    for (const reason of [
      'invalid',
      'not_json',
      'too_large',
      'too_many',
      'unsupported_media_type',
      'bad_encoding',
      'empty',
    ])
      expect([
        reason,
        value(new RegExp(`^readings_rejected_total\\{reason="${reason}"[^}]*\\} (\\d+)`, 'm')),
      ]).toEqual([reason, expect.any(Number)]);
    expect(value(/^ingest_buffer_bytes\{[^}]*\} (\d+)/m)).toBe(0);
    expect(value(/^kafka_sends_in_flight\{[^}]*\} (\d+)/m)).toBe(0);
    expect(value(/^kafka_produce_duration_seconds_count\{[^}]*\} (\d+)/m)).toBeGreaterThan(0);
    expect(value(/^ingest_batch_size_readings_count\{[^}]*\} (\d+)/m)).toBeGreaterThan(0);
  });
});

describe('the ingestion API, configured otherwise', () => {
  it('keeps devices within their quota', async () => {
    const { app, url } = await start({ QUOTA_EVENTS_PER_SECOND: '1', QUOTA_BURST: '2' });
    await ready(url);
    const headers = { 'content-type': 'application/json' };
    const send = (path: string, body: object) =>
      fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
    const reading = { device_id: `q-${randomUUID()}`, humidity: 1 };
    const answers = [
      await send('/ingest', reading),
      await send('/ingest', reading),
      await send('/ingest', reading),
    ];
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 429]);
    expect(answers[2]!.headers.get('retry-after')).toBe('1');
    const batch = await send('/ingest/batch', [
      reading,
      { ...reading, device_id: `${reading.device_id}-other` },
    ]);
    expect(await batch.json()).toMatchObject({
      accepted: 1,
      rejected: 1,
      errors: [{ index: 0, field: 'device_id' }],
    });
    const all = await send('/ingest/batch', [reading, reading]);
    expect([all.status, all.headers.get('retry-after')]).toEqual([429, '1']);
    await app.close();
  }, 30_000);

  it('lets configured web origins post, and no others', async () => {
    const { app, url } = await start({ CORS_ORIGINS: 'https://app.example.com' });
    const preflight = (origin: string) =>
      fetch(`${url}/ingest`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST' },
      });
    const allowed = await preflight('https://app.example.com');
    expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([
      204,
      'https://app.example.com',
    ]);
    expect(
      (await preflight('https://evil.example.com')).headers.get('access-control-allow-origin'),
    ).toBeNull();
    const refused = await fetch(`${url}/ingest`, {
      method: 'POST',
      headers: { origin: 'https://app.example.com' },
      body: '{}',
    });
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([
      415,
      'https://app.example.com',
    ]);
    await app.close();
  }, 30_000);

  it('starts without Kafka: not ready, and 503 in time', async () => {
    const { app, url } = await start({
      KAFKA_BOOTSTRAP_SERVERS: '127.0.0.1:9',
      INGEST_DEADLINE_MS: '300',
    });
    const began = Date.now();
    const answer = await fetch(`${url}/ingest`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"device_id":"d","humidity":1}',
    });
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(await answer.json()).toMatchObject({
      status: 503,
      detail: expect.stringContaining('Kafka did not acknowledge in time'),
    });
    expect(Date.now() - began).toBeLessThan(3000);
    const health = await fetch(`${url}/health/ready`);
    expect(health.status).toBe(503);
    expect(await health.json()).toMatchObject({
      checks: [{ name: 'kafka', status: 'down', reason: expect.stringContaining('127.0.0.1:9') }],
    });
    await app.close();
  }, 30_000);

  it('answers 503 when its buffer is full', async () => {
    const { app, url } = await start({
      KAFKA_BOOTSTRAP_SERVERS: '127.0.0.1:9',
      INGEST_BUFFER_BYTES: '1048576',
      MAX_BATCH_BYTES: '500000',
    });
    const batch = JSON.stringify(
      Array.from({ length: 2500 }, () => ({ device_id: 'd', humidity: 1 })),
    );
    const send = async () =>
      (
        await fetch(`${url}/ingest/batch`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: batch,
        })
      ).json() as Promise<{ detail: string }>;
    const details = (await Promise.all([send(), send(), send(), send()])).map(
      ({ detail }) => detail,
    );
    expect(
      details.filter((detail) => detail.includes('holds as much as it may')).length,
    ).toBeGreaterThan(0);
    expect(
      details.filter((detail) => detail.includes('did not acknowledge in time')).length,
    ).toBeGreaterThan(0);
    await app.close();
  }, 30_000);

  const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
  (hasOpenssl ? it : it.skip)(
    'serves HTTPS itself where it is given a certificate',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'tls-'));
      const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
      execFileSync(
        'openssl',
        [
          'req',
          '-x509',
          '-newkey',
          'rsa:2048',
          '-nodes',
          '-keyout',
          key,
          '-out',
          cert,
          '-days',
          '2',
          '-subj',
          '/CN=localhost',
        ],
        { stdio: 'ignore' },
      );
      const { app, port } = await start({ TLS_CERT_FILE: cert, TLS_KEY_FILE: key });
      const options = {
        port,
        host: '127.0.0.1',
        path: '/ingest',
        method: 'POST',
        ca: readFileSync(cert),
        servername: 'localhost',
      };
      const status = await new Promise((resolve, reject) =>
        httpsRequest(options, (response) => resolve(response.resume().statusCode))
          .on('error', reject)
          .end(),
      );
      expect(status).toBe(415);
      await app.close();
      rmSync(folder, { recursive: true });
      await expect(start({ TLS_CERT_FILE: cert, TLS_KEY_FILE: key })).rejects.toThrow(
        `TLS_CERT_FILE is "${cert}"; allowed: a PEM file of certificates (ENOENT`,
      );
    },
    30_000,
  );

  it('answers what it has taken when it is told to end', async () => {
    const { app, url, port } = await start();
    await ready(url);
    const body = JSON.stringify({ device_id: `end-${randomUUID()}`, humidity: 1 });
    const head = `POST /ingest HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
    const socket = connect(port, '127.0.0.1');
    socket.write(head + body.slice(0, 10));
    await delay(100);
    const closed = app.close();
    await delay(50);
    socket.write(body.slice(10));
    const chunks: string[] = [];
    for await (const chunk of socket) chunks.push(String(chunk));
    expect(chunks.join('')).toMatch(/^HTTP\/1.1 202 [\s\S]*connection: close/i);
    await closed;
  }, 30_000);
});

/** Sends bytes and gives what comes back until the server closes the connection. */
async function exchange(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(bytes);
  const chunks: string[] = [];
  for await (const chunk of socket) chunks.push(String(chunk));
  return chunks.join('');
}
