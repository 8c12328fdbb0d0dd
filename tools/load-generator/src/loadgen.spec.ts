import { jest } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { deviceSecret, keyText, newGroup, newKey } from '@iot/credentials';
import { FakeBroker } from '@iot/mqtt/testing';
import { loadgen } from './loadgen.js';
import type { Report } from './output/report.js';

type Row = Record<string, unknown> & { device_id: string; event_id: string; ts: number };
type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

jest.setTimeout(30_000);

const folder = mkdtempSync(join(tmpdir(), 'loadgen-'));
const servers: Server[] = [];
let said = '';
let answered = '';

beforeEach(() => {
  said = answered = '';
  jest
    .spyOn(console, 'error')
    .mockImplementation((text: unknown) => void (said += `${String(text)}\n`));
  jest
    .spyOn(console, 'log')
    .mockImplementation((text: unknown) => void (answered += `${String(text)}\n`));
});
afterEach(() => {
  jest.restoreAllMocks();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

async function serve(handle: Handler): Promise<string> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const bytes = Buffer.concat(chunks);
      handle(
        request,
        response,
        (request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString(),
      );
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const reply = (
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
};
const bearable = (row: Row): boolean =>
  typeof row.device_id === 'string' &&
  typeof row['humidity'] === 'number' &&
  row['humidity'] < 1e300 &&
  !('wind_speed_furlongs' in row);

/** A stand-in for the ingestion API that keeps what it accepts, in the order of its coming. */
class Sink {
  readonly accepted: Row[] = [];
  readonly paths = new Set<string>();
  readonly types = new Set<string>();
  refuse: (row: Row) => boolean = (row) => !bearable(row);

  readonly handle: Handler = (request, response, body) => {
    if (request.method === 'GET') return reply(response, 200, {});
    this.paths.add(request.url!);
    this.types.add(
      `${request.headers['content-type']} ${request.headers['content-encoding'] ?? 'plain'}`,
    );
    if (request.url === '/ingest') return this.single(response, body);
    const rows = (
      request.headers['content-type'] === 'application/x-ndjson'
        ? body
            .trimEnd()
            .split('\n')
            .map((line) => JSON.parse(line) as Row)
        : JSON.parse(body)
    ) as Row[];
    const errors = rows.flatMap((row, index) =>
      this.refuse(row) ? [{ index, field: 'humidity', message: 'is wrong' }] : [],
    );
    this.accepted.push(...rows.filter((row) => !this.refuse(row)));
    if (errors.length === rows.length)
      return reply(response, 400, { status: 400, title: 'Bad Request', errors });
    reply(response, 202, {
      status: 'queued',
      accepted: rows.length - errors.length,
      rejected: errors.length,
      errors,
    });
  };

  private single(response: ServerResponse, body: string): void {
    const row = JSON.parse(body) as Row;
    if (this.refuse(row))
      return reply(response, 400, {
        status: 400,
        errors: [{ field: 'humidity', message: 'is wrong' }],
      });
    this.accepted.push(row);
    reply(response, 202, { status: 'queued', device_id: row.device_id, event_id: row.event_id });
  }
}

async function run(url: string, options: string): Promise<{ code: number; report: Report }> {
  const file = join(folder, 'report.json');
  const code = await loadgen([
    '--base-url',
    url,
    '--report',
    file,
    ...options.split(' ').filter((word) => word !== ''),
  ]);
  const text = readFileSync(file, 'utf8');
  return { code, report: (text === '' ? {} : JSON.parse(text)) as Report };
}
const SMALL =
  '--devices 5 --rps 20 --duration 500ms --seed 7 --until 2026-01-31T12:00:00Z --sensors humidity,voltage';
const sorted = (rows: readonly Row[]): string[] => rows.map((row) => JSON.stringify(row)).sort();

describe('loadgen', () => {
  it('sends the same readings one by one, in batches, as NDJSON and compressed, and says how it went', async () => {
    const sent: string[][] = [];
    const types: string[] = [];
    for (const format of [
      '',
      '--batch 7',
      '--batch 7 --format ndjson',
      '--batch 7 --gzip',
      '--unordered',
    ]) {
      const sink = new Sink();
      const { code, report } = await run(await serve(sink.handle), `${SMALL} ${format}`);
      expect(code).toBe(0);
      expect(report.events).toMatchObject({
        accepted: 50,
        refused: 0,
        failed: 0,
        notSent: 0,
        total: 50,
      });
      sent.push(sorted(sink.accepted));
      types.push(...sink.types);
    }
    expect(sent[0]).toHaveLength(50);
    for (const other of sent) expect(other).toEqual(sent[0]);
    expect(types).toEqual([
      'application/json plain',
      'application/json plain',
      'application/x-ndjson plain',
      'application/json gzip',
      'application/json plain',
    ]);
    expect(answered).toMatch(/accepted +50/);
    expect(answered).toMatch(/p99 +\d/);
  });

  it("keeps each device's readings in order", async () => {
    const sink = new Sink();
    const slow: Handler = (request, response, body) =>
      void setTimeout(
        () => sink.handle(request, response, body),
        request.method === 'GET' ? 0 : Math.random() * 20,
      );
    await run(await serve(slow), SMALL);
    for (const device of new Set(sink.accepted.map(({ device_id }) => device_id))) {
      const times = sink.accepted
        .filter(({ device_id }) => device_id === device)
        .map(({ ts }) => ts);
      expect(times).toEqual([...times].sort((a, b) => a - b));
    }
  });

  it.each(['', '--batch 9'])(
    'expects broken readings to be refused, and logs what was accepted: %p',
    async (how) => {
      const sink = new Sink();
      // Everything it did not say itself is broken in some way.
      const good = new Set<string>();
      sink.refuse = (row) =>
        typeof row !== 'object' ||
        typeof row.event_id !== 'string' ||
        row.event_id.endsWith('-bad');
      const log = join(folder, 'sent.ndjson');
      const { code, report } = await run(
        await serve(sink.handle),
        `${SMALL} --bad 0.3 --duplicates 0.3 --sent-log ${log} ${how}`,
      );
      expect(code).toBe(0);
      expect(report.events).toMatchObject({ accepted: 50, refused: 0, acceptedButBad: 0 });
      expect(report.events.refusedAsExpected).toBeGreaterThan(0);
      expect(report.events.acceptedDuplicates).toBeGreaterThan(0);
      const lines = readFileSync(log, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Row & { duplicate: boolean; values: object });
      const own = ({ event_id, device_id, ts, humidity, voltage }: Row) => ({
        event_id,
        device_id,
        ts,
        values: { humidity, voltage },
      });
      expect(
        lines
          .map(({ event_id, device_id, ts, values }) =>
            JSON.stringify({ event_id, device_id, ts, values }),
          )
          .sort(),
      ).toEqual(sink.accepted.map((row) => JSON.stringify(own(row))).sort());
      for (const { event_id, duplicate } of lines) {
        expect(duplicate).toBe(good.has(event_id));
        good.add(event_id);
      }
    },
  );

  it('fails when a good reading is refused or a broken one accepted', async () => {
    const picky = new Sink();
    picky.refuse = ({ device_id }) => device_id === 'device-1';
    const refused = await run(await serve(picky.handle), SMALL);
    expect(refused.code).toBe(1);
    expect(refused.report.events).toMatchObject({ accepted: 40, refused: 10 });
    expect(refused.report.reasons).toEqual({ 'refused: humidity is wrong': 10 });

    const careless = new Sink();
    careless.refuse = () => false;
    const accepted = await run(await serve(careless.handle), `${SMALL} --bad 0.5`);
    expect(accepted.code).toBe(1);
    expect(accepted.report.events.acceptedButBad).toBeGreaterThan(5);
    expect(answered).toMatch(/ACCEPTED BUT BROKEN/);
  });

  it('sends again with the same event id after the time it is told, when it may', async () => {
    const sink = new Sink();
    const tries = new Map<string, number[]>();
    const handler: Handler = (request, response, body) => {
      if (request.method === 'GET') return reply(response, 200, {});
      const { event_id } = JSON.parse(body) as Row;
      tries.set(event_id, [...(tries.get(event_id) ?? []), performance.now()]);
      if (tries.get(event_id)!.length === 1)
        return reply(response, 503, { title: 'No' }, { 'retry-after': '1' });
      if (tries.get(event_id)!.length === 2) return void response.destroy();
      sink.handle(request, response, body);
    };
    const few = '--devices 3 --rps 10 --duration 100ms';
    const { code, report } = await run(await serve(handler), `${few} --retries 3`);
    expect(code).toBe(0);
    expect(report.events.accepted).toBe(3);
    expect(report.requests).toMatchObject({
      sent: 3,
      retries: 6,
      attemptsByStatus: { '503': 3, 'no answer': 3, '202': 3 },
    });
    for (const [first, second] of tries.values()) expect(second! - first!).toBeGreaterThan(990);
    // The wait is part of the latency of a reading that was due before it.
    expect(report.latency.percentiles['p50']).toBeGreaterThan(1_000);

    tries.clear();
    const without = await run(await serve(handler), few);
    expect(without.code).toBe(1);
    expect(without.report.events).toMatchObject({ accepted: 0, failed: 3 });
    expect(without.report.reasons).toEqual({ 'status 503: No': 3 });
  });

  it('counts latency from when a request was due: a stall shows in all that waited for it', async () => {
    const sink = new Sink();
    let stalled: Promise<unknown> | undefined;
    const handler: Handler = (request, response, body) => {
      if (request.method === 'GET') return reply(response, 200, {});
      stalled ??= sleep(800);
      void stalled.then(() => sink.handle(request, response, body));
    };
    const { report } = await run(await serve(handler), '--devices 1 --rps 100 --duration 1s');
    expect(report.latency.countsFrom).toBe('due');
    // One request was stalled for 800 ms; 80 were due meanwhile.
    expect(report.latency.percentiles['p50']).toBeGreaterThan(200);
    expect(report.latency.percentiles['max']).toBeGreaterThanOrEqual(790);
  });

  it('ends and counts what was never sent when the target hangs', async () => {
    const handler: Handler = (request, response) => {
      if (request.method === 'GET') reply(response, 200, {});
    };
    const { code, report } = await run(
      await serve(handler),
      `${SMALL} --timeout 300ms --drain 100ms`,
    );
    expect(code).toBe(1);
    expect(report.events.accepted).toBe(0);
    expect(report.events.failed).toBeGreaterThan(0);
    expect(report.events.notSent).toBeGreaterThan(0);
    expect(report.events.total).toBe(50);
    expect(report.reasons['no answer within the time-out']).toBeGreaterThan(0);
  });

  it('measures its thresholds', async () => {
    const picky = new Sink();
    picky.refuse = ({ device_id }) => device_id === 'device-1';
    const url = await serve(picky.handle);
    expect((await run(url, `${SMALL} --max-error-rate 0.2`)).code).toBe(0);
    expect((await run(url, `${SMALL} --max-error-rate 0.19`)).code).toBe(1);
    const slow = await run(url, `${SMALL} --max-error-rate 1 --max-p99 0.001`);
    expect(slow.code).toBe(1);
    expect(slow.report.thresholds).toContainEqual(
      expect.objectContaining({ name: 'p99 ms', limit: 0.001, ok: false }),
    );
  });

  it('prints its report when it is interrupted', async () => {
    const sink = new Sink();
    const url = await serve(sink.handle);
    const timer = setTimeout(() => process.emit('SIGINT'), 600);
    const { code, report } = await run(url, '--devices 5 --rps 20 --duration 1h');
    clearTimeout(timer);
    expect(code).toBe(130);
    expect(report.interrupted).toBe(true);
    expect(report.events.accepted).toBe(sink.accepted.length);
    expect(sink.accepted.length).toBeGreaterThan(0);
    expect(answered).toMatch(/interrupted after/);
  });

  describe('replay', () => {
    const recorded = Array.from({ length: 100 }, (_, n) =>
      JSON.stringify({
        device_id: `d${n % 3}`,
        ts: new Date(1_594_600_000_000 + n * 100).toISOString(),
        humidity: n,
        light: n % 2 === 0,
      }),
    );
    const file = join(folder, 'recorded.ndjson');
    writeFileSync(file, recorded.join('\n'));
    const UNTIL = '2026-01-31T12:00:00.000Z';

    it.each(['', '--batch 10', '--speed 20'])(
      'sends every reading shifted to until, in order: %p',
      async (how) => {
        const sink = new Sink();
        const { code, report } = await run(
          await serve(sink.handle),
          `--replay ${file} --until ${UNTIL} ${how}`,
        );
        expect(code).toBe(0);
        expect(report.latency.countsFrom).toBe(how.includes('speed') ? 'due' : 'sent');
        if (how.includes('speed')) expect(report.seconds).toBeGreaterThan(0.49);
        const shift = Date.parse(UNTIL) - (1_594_600_000_000 + 9_900);
        for (const device of ['d0', 'd1', 'd2'])
          expect(sink.accepted.filter(({ device_id }) => device_id === device)).toEqual(
            recorded
              .map((line) => JSON.parse(line) as { device_id: string; ts: string; light: boolean })
              .filter(({ device_id }) => device_id === device)
              .map((row) => ({
                ...row,
                ts: new Date(Date.parse(row.ts) + shift).toISOString(),
                light: Number(row.light),
              })),
          );
      },
    );
  });

  describe('--check', () => {
    let asked = 0;
    /** A stand-in for the dashboard API over the rows of a sink, some time behind. */
    const dashboard =
      (accepted: () => readonly Row[], lose: (row: Row) => boolean = () => false): Handler =>
      (request, response) => {
        const url = new URL(request.url!, 'http://x');
        const [, , device, list] = url.pathname.split('/');
        const distinct = new Map(accepted().map((row) => [row.event_id, row]));
        const own = [...distinct.values()].filter(
          ({ device_id, ts }) =>
            device_id === device &&
            ts >= Number(url.searchParams.get('from')) &&
            ts < Number(url.searchParams.get('to')),
        );
        const rows =
          list === 'telemetry'
            ? own.map((row) => ({ ...row, ts: new Date(row.ts), received_at: new Date() }))
            : ['humidity', 'voltage'].flatMap((sensor_type) =>
                own
                  .filter((row) => !lose(row))
                  .map(() => ({ device_id: device, sensor_type, window: '1m', count: 1 })),
              );
        // Pages smaller than what is asked for, and one in eleven requests that fails in passing.
        const from = Number(url.searchParams.get('cursor') ?? 0);
        const next_cursor = from + 7 < rows.length ? String(from + 7) : null;
        if (++asked % 11 === 0)
          return reply(response, 503, { title: 'The database does not answer' });
        reply(response, 200, { data: rows.slice(from, from + 7), next_cursor });
      };

    it('finds everything counted, each duplicate once, beside what was there before', async () => {
      const sink = new Sink();
      sink.accepted.push({
        device_id: 'device-1',
        event_id: 'before',
        ts: Date.parse('2026-01-31T11:59:59.800Z'),
        humidity: 1,
        voltage: 1,
      });
      const shown = await serve(dashboard(() => sink.accepted));
      const { code, report } = await run(
        await serve(sink.handle),
        `${SMALL} --duplicates 0.5 --check ${shown}`,
      );
      expect(report.check).toMatchObject({ ok: true, devices: 5, accepted: 50 });
      expect(code).toBe(0);
    });

    it('takes readings that were stored before the run, by the same seed, for what they are', async () => {
      const sink = new Sink();
      const shown = await serve(dashboard(() => sink.accepted));
      const url = await serve(sink.handle);
      await run(url, SMALL);
      const { code, report } = await run(url, `${SMALL} --check ${shown} --check-timeout 20s`);
      expect(report.check).toMatchObject({ ok: true });
      expect(code).toBe(0);
    });

    it('names what is not stored and what is not counted', async () => {
      const sink = new Sink();
      const missing = await serve(
        dashboard(() =>
          sink.accepted.filter(({ device_id }) => device_id !== 'device-2').slice(0, -1),
        ),
      );
      const first = await run(
        await serve(sink.handle),
        `${SMALL} --check ${missing} --check-timeout 1s`,
      );
      expect(first.code).toBe(1);
      expect(first.report.check).toMatchObject({
        ok: false,
        discrepancies: expect.arrayContaining([
          expect.objectContaining({ device_id: 'device-2', missing: 10 }),
        ]) as unknown,
      });
      expect(answered).toMatch(
        /device-2: 10 of 10 accepted readings are not stored, such as lg-7-1-/,
      );

      const other = new Sink();
      const lost = await serve(
        dashboard(
          () => other.accepted,
          ({ event_id }) => event_id === 'lg-7-0-3',
        ),
      );
      const second = await run(
        await serve(other.handle),
        `${SMALL} --check ${lost} --check-timeout 1s`,
      );
      expect(second.code).toBe(1);
      expect(answered).toMatch(/device-1 humidity: 10 stored, 9 counted/);
    });

    it('says so before the run when it is not the dashboard API', async () => {
      const sink = new Sink();
      const page = await serve(
        (_, response) =>
          void response.writeHead(404, { 'content-type': 'text/html' }).end('<html>'),
      );
      expect((await run(await serve(sink.handle), `${SMALL} --check ${page}`)).code).toBe(1);
      expect(said).toMatch(
        /--check: .*\/devices\/device-1\/aggregates: answers 404 text\/html: is it the dashboard API/,
      );
      expect(sink.accepted).toEqual([]);
    });
  });

  it.each<[string, Handler | undefined, RegExp]>([
    [
      'is down',
      undefined,
      /cannot reach http:\/\/127\.0\.0\.1:1: connection refused; start the ingestion API/,
    ],
    [
      'answers HTML',
      (_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
      /answers with an HTML page/,
    ],
    ['does not answer', () => {}, /did not answer \/health\/live within 0.3 s/],
    [
      'closes the connection',
      (_, response) => void response.destroy(),
      /cannot reach .*: connection closed before the answer|connection reset/,
    ],
  ])('says in one line that the target %s', async (_, handler, line) => {
    const url = handler ? await serve(handler) : 'http://127.0.0.1:1';
    expect(await loadgen(['--base-url', url, '--timeout', '300ms'])).toBe(1);
    expect(said).toMatch(line);
    expect(said.trimEnd().split('\n')).toHaveLength(1);
  });

  it('says what is wrong with files before it sends anything', async () => {
    const sink = new Sink();
    const url = await serve(sink.handle);
    for (const option of ['--report', '--sent-log']) {
      expect(await loadgen(['--base-url', url, option, join(folder, 'none', 'file')])).toBe(1);
      expect(said).toMatch(new RegExp(`${option}: cannot write .*none/file: ENOENT`));
    }
    expect(await loadgen(['--base-url', url, '--replay', join(folder, 'none')])).toBe(1);
    expect(said).toMatch(/cannot read .*none: ENOENT/);
    expect(await loadgen(['--rps', '0'])).toBe(2);
    expect(said).toMatch(/--rps <n>' argument '0' is invalid\. It must be a number/);
    expect(sink.accepted).toEqual([]);
  });
});

describe('a target that asks who sends', () => {
  const group = newGroup({ name: 'g', scope: '*' }, 'a secret of 32 characters, at least', 1);
  const secret = Buffer.from(group.secret, 'base64url');
  const keyOf = (device: string): string =>
    `Bearer ${keyText(group.id, deviceSecret(secret, device))}`;

  it('gets from each device the key of its own, in batches too', async () => {
    const sink = new Sink();
    const headers: [string, string | undefined][] = [];
    const url = await serve((request, response, body) => {
      if (request.url!.startsWith('/ingest') && body !== '{}')
        for (const { device_id } of [JSON.parse(body) as Row | Row[]].flat())
          headers.push([device_id, request.headers.authorization]);
      sink.handle(request, response, body);
    });
    const report = join(folder, 'keys.json');
    const common = ['--base-url', url, '--group-secret', `${group.id}:${group.secret}`];
    for (const batch of ['1', '5'])
      expect([
        batch,
        await loadgen([
          ...common,
          ...['--devices', '3', '--rps', '20', '--duration', '500ms', '--batch', batch],
          ...['--report', report],
        ]),
      ]).toEqual([batch, 0]);
    expect(new Set(headers.map(([device]) => device)).size).toBe(3);
    for (const [device, header] of headers) expect(header).toBe(keyOf(device));
    expect(said + answered + readFileSync(report, 'utf8')).not.toContain(group.secret);
  });

  it('is told of before the run when it does not take the key', async () => {
    const key = newKey({ name: 'k', scope: '*' }, 1).secret;
    const url = await serve((request, response) =>
      reply(response, request.method === 'GET' ? 200 : 401, { detail: 'not known' }),
    );
    expect(await loadgen(['--base-url', url, '--key', key, '--timeout', '300ms'])).toBe(1);
    expect(said).toContain(`${url} refuses the key: {"detail":"not known"}`);
    expect(said).not.toContain(key);
  });
});

describe('by MQTT', () => {
  let broker: FakeBroker;
  beforeEach(async () => (broker = await FakeBroker.listen()));
  afterEach(() => broker.close());

  const fleet = ['--devices', '8', '--rps', '20', '--duration', '1s', '--sensors', 'humidity'];
  const rows = (): { topic: string; row: Row }[] =>
    broker.connections
      .flatMap(({ published }) => published)
      .map(({ topic, payload }) => ({ topic, row: JSON.parse(payload) as Row }));

  it('publishes each reading on the topic of its device, in order, again after a lost connection', async () => {
    broker.silent = true;
    const running = loadgen([...fleet, '--mqtt', broker.url, '--connections', '2', '--seed', '5']);
    await sleep(500);
    for (const { socket } of broker.connections) socket.destroy();
    broker.silent = false;
    expect(await running).toBe(0);
    expect(answered).toContain('160');
    const all = rows();
    const ids = new Set(all.map(({ row }) => row.event_id));
    expect(ids.size).toBe(160);
    for (const { topic, row } of all) expect(topic).toBe(`sensors/${row.device_id}`);
    const times = new Map<string, number>();
    for (const { row } of all) {
      expect(row.ts).toBeGreaterThanOrEqual(times.get(row.device_id) ?? 0);
      times.set(row.device_id, row.ts);
    }
    expect(new Set(broker.connections.map(({ clientId }) => clientId))).toEqual(
      new Set(['loadgen-5-0', 'loadgen-5-1']),
    );
  });

  it('has batches of one device, and counts what is broken as refused', async () => {
    const args = [...fleet, '--mqtt', broker.url, '--batch', '5', '--bad', '0.3', '--seed', '5'];
    expect(await loadgen([...args, '--mqtt-topic', 'plant/a'])).toBe(0);
    const batches = broker.connections.flatMap(({ published }) => published);
    expect(batches.length).toBeGreaterThan(20);
    for (const { topic, payload } of batches) {
      const ids = (JSON.parse(payload) as Partial<Row>[])
        .map((row) => row.device_id)
        .filter((id) => /^device-\d$/.test(id ?? ''));
      expect(new Set(ids.map((id) => `plant/a/${id}`))).toEqual(
        new Set(ids.length > 0 ? [topic] : []),
      );
    }
  });

  it('says when there is no broker, and which options are not for it', async () => {
    expect(await loadgen(['--mqtt', 'mqtt://127.0.0.1:1', '--duration', '1s'])).toBe(1);
    expect(said).toContain('cannot reach the MQTT broker at mqtt://127.0.0.1:1');
    expect(await loadgen(['--mqtt', broker.url, '--gzip', '--batch', '2'])).toBe(2);
    expect(said).toContain('--gzip is for HTTP, and --mqtt sends by MQTT');
  });
});
