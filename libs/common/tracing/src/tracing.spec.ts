import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { loadConfig, tracesEnv } from '@iot/config';
import { pino, type Logger } from 'pino';
import { startTracing } from './active.js';
import { startOtlpReceiver, type OtlpReceiver } from './testing/index.js';
import type { Tracing } from './tracing.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
const LONG_MS = 5000;

let receiver: OtlpReceiver;
let lines: string[];
beforeEach(async () => {
  receiver = await startOtlpReceiver();
  lines = [];
});
afterEach(() => receiver.close().catch(() => undefined));

const log = (): Logger => pino({}, { write: (line: string) => void lines.push(line) });
const start = async (env: Record<string, string> = {}): Promise<Tracing> =>
  (await startTracing(
    'a-service',
    '1.2.3',
    loadConfig(tracesEnv, { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ...env }),
    log(),
  ))!;
const named = (name: string) => receiver.spans.find((span) => span.name === name)!;

it('sends spans of one trace, each with its parent, to the receiver', async () => {
  const tracing = await start({
    OTEL_EXPORTER_OTLP_HEADERS: 'api-key=se%2Ccret',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
  });
  const root = tracing.start('root', {
    kind: 'server',
    parent: `00-${TRACE}-${SPAN}-01`,
    attributes: { 'http.route': '/x' },
  })!;
  const coming = root.coming();
  root.child('other', { kind: 'internal' }).end();
  coming.begin('sent', { kind: 'producer' }).end(undefined, 'it broke');
  root.end({ 'http.response.status_code': 202 });
  root.end({ 'http.response.status_code': 500 }, 'too late');
  await tracing.close(LONG_MS);

  expect(named('root')).toMatchObject({
    kind: 'server',
    traceId: TRACE,
    parentId: SPAN,
    attributes: { 'http.route': '/x', 'http.response.status_code': 202 },
    failed: false,
    resource: {
      'service.name': 'a-service',
      'service.version': '1.2.3',
      'deployment.environment.name': 'test',
    },
  });
  expect(named('sent')).toMatchObject({
    kind: 'producer',
    traceId: TRACE,
    parentId: named('root').spanId,
    failed: true,
    message: 'it broke',
  });
  expect(tracing.counts).toMatchObject({ sent: 3, lost: { full: 0, failed: 0 } });
  expect(coming.traceparent).toBe(`00-${TRACE}-${named('sent').spanId}-01`);
  expect(named('other').spanId).not.toBe(named('sent').spanId);
  expect(named('sent').endNs).toBeGreaterThanOrEqual(named('sent').startNs);
  expect(receiver.requests[0]).toMatchObject({
    path: '/v1/traces',
    headers: { 'content-type': 'application/x-protobuf', 'api-key': 'se,cret' },
  });
});

it('links a batch to what led to it, and keeps it where that is kept', async () => {
  const tracing = await start({ OTEL_TRACES_SAMPLER: 'parentbased_always_off' });
  const header = (flags: string) => `00-${TRACE}-${SPAN}-${flags}`;
  const links = [undefined, header('01'), header('01'), 'nonsense'];
  tracing.start('batch', { kind: 'consumer', links })!.end();
  expect(tracing.start('none', { kind: 'consumer', links: [header('00')] })).toBeUndefined();
  expect(tracing.start('none', { kind: 'server' })).toBeUndefined();
  await tracing.close(LONG_MS);
  expect(receiver.spans).toHaveLength(1);
  expect(named('batch')).toMatchObject({
    parentId: '',
    links: [{ traceId: TRACE, spanId: SPAN }],
  });
});

it('keeps the share of traces that it is told', async () => {
  const tracing = await start({
    OTEL_TRACES_SAMPLER: 'traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '0.25',
  });
  let kept = 0;
  for (let i = 0; i < 4000; i++) if (tracing.start('one', { kind: 'server' })) kept++;
  expect(kept / 4000).toBeGreaterThan(0.2);
  expect(kept / 4000).toBeLessThan(0.3);
  await tracing.close(LONG_MS);
});

it('knows what runs for a span, over what is awaited, until the span ends', async () => {
  const tracing = await start();
  const span = tracing.start('root', { kind: 'consumer' })!;
  let later: Promise<unknown> | undefined;
  await tracing.within(span, async () => {
    await delay(1);
    await tracing.step('part', { kind: 'internal', attributes: { readings: 2 } }, async (part) => {
      await delay(1);
      expect(tracing.current()).toBe(part);
      tracing.current()!.child('deep', { kind: 'client' }).end();
    });
    later = delay(20).then(() => tracing.current());
  });
  expect(tracing.current()).toBeUndefined();
  span.end();
  expect(await later).toBeUndefined();
  await expect(tracing.step('alone', { kind: 'internal' }, () => Promise.resolve(7))).resolves.toBe(
    7,
  );
  await tracing.close(LONG_MS);
  expect(named('deep').parentId).toBe(named('part').spanId);
  expect(named('part')).toMatchObject({
    parentId: named('root').spanId,
    attributes: { readings: 2 },
  });
  expect(named('alone')).toBeUndefined();
});

/** Receivers that take nothing, each in its way. @returns the address */
const UNWELL: Record<string, () => Promise<string>> = {
  'asks to try again': () => answering(503),
  'has an error of its own': () => answering(500),
  'refuses the key': () => answering(401),
  'does not answer': () => answering(undefined),
  'is not there': async () => {
    const { url } = receiver;
    await receiver.close();
    return url;
  },
  'takes the connection and reads nothing': () => listening((socket) => void socket.pause()),
  'answers a byte at a time': () =>
    listening((socket) => {
      socket.resume().write('HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n');
      const drip = setInterval(() => socket.write('x'), 20);
      socket.on('close', () => clearInterval(drip));
    }),
  'cuts the connection': () => listening((socket) => void socket.destroy()),
};
const answering = (status: number | undefined): Promise<string> => {
  receiver.answer = status;
  return Promise.resolve(receiver.url);
};

let sockets: Socket[] = [];
let servers: Server[] = [];
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers) server.close();
  [sockets, servers] = [[], []];
});
async function listening(take: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    sockets.push(socket.on('error', () => undefined));
    take(socket);
  });
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

it.each(Object.keys(UNWELL))('waits for no receiver that %s, and says so once', async (how) => {
  const tracing = await start({
    OTEL_EXPORTER_OTLP_ENDPOINT: await UNWELL[how]!(),
    OTEL_EXPORTER_OTLP_TIMEOUT: '300',
    OTEL_BSP_EXPORT_TIMEOUT: '500',
  });
  for (let i = 0; i < 5000; i++) tracing.start('one', { kind: 'server' })!.end();
  // 512 are on their way, 2,048 wait, and no more is held.
  expect(tracing.counts).toMatchObject({ sent: 0, lost: { full: 5000 - 512 - 2048 } });
  const closing = performance.now();
  await tracing.close(1000);
  expect(performance.now() - closing).toBeLessThan(1500);
  const told = lines.filter((line) => line.includes('traces are lost'));
  expect(told).toHaveLength(1);
  expect([receiver.spans, tracing.counts.sent]).toEqual([[], 0]);
});

it('compresses what it sends where it is told so, as the SDK reads it', async () => {
  process.env['OTEL_EXPORTER_OTLP_COMPRESSION'] = 'gzip';
  try {
    const tracing = await start();
    tracing.start('one', { kind: 'server' })!.end();
    await tracing.close(LONG_MS);
  } finally {
    delete process.env['OTEL_EXPORTER_OTLP_COMPRESSION'];
  }
  expect(receiver.requests[0]!.headers['content-encoding']).toBe('gzip');
  expect(named('one').kind).toBe('server');
});

it('says nothing of the secrets that it is given when the receiver does', async () => {
  receiver.answer = 400;
  receiver.body = 'the key a-secret is not known';
  const tracing = await start({
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20a-secret',
    OTEL_BSP_SCHEDULE_DELAY: '1',
  });
  tracing.start('one', { kind: 'server' })!.end();
  for (let i = 0; i < 200 && lines.length < 2; i++) await delay(10);
  await tracing.close(LONG_MS);
  const told = lines.filter((line) => line.includes('traces are lost'));
  expect(told).toHaveLength(1);
  expect(told[0]).toContain('is not known');
  expect(told[0]).not.toContain('a-secret');
  expect(tracing.counts).toMatchObject({ sent: 0, lost: { full: 0, failed: 1 } });
});

it('says so where the last spans do not arrive', async () => {
  receiver.answer = 401;
  const tracing = await start();
  tracing.start('one', { kind: 'server' })!.end();
  await tracing.close(LONG_MS);
  expect(lines.filter((line) => line.includes('traces are lost'))).toHaveLength(1);
});
