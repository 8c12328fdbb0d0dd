import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { SERVICES } from '@iot/register';
import { startOtlpReceiver, type OtlpReceiver, type ReceivedSpan } from '@iot/tracing/testing';
import { ROOT } from './observability/rules.js';
import { eventually, startPlatform, type Platform, type ServiceName } from './platform.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
const QUERY_TRACE = '5bf92f3577b34da6a3ce929d0e0e4737';
const SECRET_TRACE = '7bf92f3577b34da6a3ce929d0e0e4739';
const ALERT_TRACE = '6bf92f3577b34da6a3ce929d0e0e4738';

let receiver: OtlpReceiver;
let platform: Platform;
beforeAll(async () => {
  receiver = await startOtlpReceiver();
  platform = await startPlatform(
    {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      // What a request says of its trace counts, and nothing else is kept.
      OTEL_TRACES_SAMPLER: 'parentbased_always_off',
      OTEL_BSP_SCHEDULE_DELAY: '100',
    },
    {
      inMemory: true,
      only: ['ingestion-api', 'aggregator-worker', 'alerts-worker', 'notifier', 'dashboard-api'],
    },
  );
}, 120_000);
afterAll(async () => {
  await platform?.stop();
  await receiver?.close();
}, 60_000);

const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${platform.services['ingestion-api'].url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
const of = (span: ReceivedSpan): unknown => span.resource['service.name'];
const within = (parent: ReceivedSpan, name: string) =>
  receiver.find(name, (span) => span.parentId === parent.spanId && span.name === name);
/** The batch in which a service handles what a span sent. */
const processed = ({ traceId, spanId }: ReceivedSpan, service: ServiceName) =>
  receiver.find(
    `of the batch in ${service}`,
    (span) =>
      of(span) === service &&
      span.links.some((link) => link.traceId === traceId && link.spanId === spanId),
  );

it('follows a request to Kafka, and its readings into the database', async () => {
  await post('/ingest', { device_id: 'untraced', humidity: 40 });
  const readings = [40, 41].map((humidity) => ({ device_id: 'traced', ts: Date.now(), humidity }));
  const traceparent = `00-${TRACE}-${SPAN}-01`;
  expect((await post('/ingest/batch', readings, { traceparent })).status).toBe(202);

  const sent = await receiver.find('of the send', ({ kind }) => kind === 'producer');
  const request = await receiver.find('of the POST', ({ spanId }) => spanId === sent.parentId);
  expect([of(request), request.traceId, request.parentId]).toEqual(['ingestion-api', TRACE, SPAN]);
  expect(request).toMatchObject({
    name: 'POST /ingest/batch',
    kind: 'server',
    attributes: { 'http.response.status_code': 202 },
  });
  expect(sent).toMatchObject({
    name: 'send telemetry.raw',
    attributes: { 'messaging.batch.message_count': 2 },
  });

  const batch = await processed(sent, 'aggregator-worker');
  expect(batch.name).toBe('process telemetry.raw');
  const stored = await within(batch, 'store readings');
  const insert = await within(stored, 'insert telemetry_raw');
  expect(insert).toMatchObject({ kind: 'client', traceId: batch.traceId, failed: false });
}, 60_000);

it('follows a reading to its alert, and that to who tells people', async () => {
  const traceparent = `00-${ALERT_TRACE}-${SPAN}-01`;
  const reading = { device_id: 'hot', ts: Date.now(), temperature_c: 99 };
  expect((await post('/ingest', reading, { traceparent })).status).toBe(202);
  const sent = await receiver.find(
    'of the send',
    ({ kind, traceId }) => kind === 'producer' && traceId === ALERT_TRACE,
  );
  const told = await within(await processed(sent, 'alerts-worker'), 'send telemetry.alerts');
  expect(told.attributes['messaging.batch.message_count']).toBe(1);
  expect((await processed(told, 'notifier')).name).toBe('process telemetry.alerts');
}, 60_000);

it('follows a query into the database', async () => {
  const { url } = platform.services['dashboard-api'];
  await eventually('the readings are served', async () => {
    const answer = await fetch(`${url}/devices/traced/telemetry`, {
      headers: { traceparent: `00-${QUERY_TRACE}-${SPAN}-01` },
    });
    return ((await answer.json()) as { data: unknown[] }).data.length === 2;
  });
  const request = await receiver.find(
    'of the query',
    (span) => span.traceId === QUERY_TRACE && span.kind === 'server',
  );
  expect([of(request), request.attributes['http.route']]).toEqual([
    'dashboard-api',
    '/devices/:id/telemetry',
  ]);
  const find = await receiver.find(
    'of the command',
    (span) => span.parentId === request.spanId && span.kind === 'client',
  );
  expect(find.name).toBe('find telemetry_raw');
}, 60_000);

it('takes nothing from a header that is not well-formed, and answers as if there were none', async () => {
  const odd = [
    `00-${TRACE}-${SPAN}-01, 00-${TRACE}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}`,
    'x'.repeat(8000),
  ];
  for (const traceparent of odd) {
    const headers = { traceparent, tracestate: 'a-secret='.repeat(500), baggage: 'a=a-secret' };
    expect((await post('/ingest', { device_id: 'odd', humidity: 40 }, headers)).status).toBe(202);
  }
  // No server of Node takes headers so long.
  const traceparent = '0'.repeat(100_000);
  expect((await post('/ingest', {}, { traceparent })).status).toBe(431);
}, 30_000);

it('keeps nothing of what lets somebody in', async () => {
  const traceparent = `00-${SECRET_TRACE}-${SPAN}-01`;
  const secrets = { authorization: 'Bearer a-secret', cookie: 'session=a-secret' };
  await post('/ingest?token=a-secret', {}, { traceparent, 'x-api-key': 'a-secret', ...secrets });
  const { url } = platform.services['dashboard-api'];
  await fetch(`${url}/alerts?device_id=a-secret&token=a-secret`, {
    headers: { traceparent, ...secrets },
  });
  for (const service of ['ingestion-api', 'dashboard-api'])
    await receiver.find(
      `of ${service}`,
      (span) => of(span) === service && span.traceId === SECRET_TRACE,
    );
}, 30_000);

it('says how many spans went out', async () => {
  const answer = await fetch(`${platform.services['ingestion-api'].url}/metrics`);
  expect(await answer.text()).toMatch(/^trace_spans_sent_total\{[^}]*\} [1-9]/m);
});

it('keeps nothing of what was not asked for, and nothing that devices sent', () => {
  const requests = receiver.spans.filter(({ kind }) => kind === 'server');
  const asked = [TRACE, ALERT_TRACE, QUERY_TRACE, SECRET_TRACE];
  expect(new Set(requests.map(({ traceId }) => traceId))).toEqual(new Set(asked));
  const text = JSON.stringify(receiver.spans, (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
  expect(text).not.toMatch(/traced"|untraced|"hot"|a-secret/);
});

/** Prints each package of OpenTelemetry that a process loads, but for the one of prom-client. */
const TELL = `import { registerHooks } from 'node:module';
  registerHooks({ resolve: (name, context, next) => {
    if (/^@opentelemetry\\/(?!api$)/.test(name)) console.log(name);
    return next(name, context);
  } });`;
const LIBRARY = new URL('../libs/common/tracing/dist/index.js', import.meta.url).href;

/** @returns what was loaded of OpenTelemetry when all services were, and traces began */
async function loadedWith(env: Record<string, string>): Promise<string> {
  const services = SERVICES.map(({ name }) =>
    JSON.stringify(new URL(`../apps/${name}/dist/service.js`, import.meta.url).href),
  );
  const program = `for (const service of [${services.join()}]) await import(service);
    const { startTracing } = await import('${LIBRARY}');
    const { loadConfig, tracesEnv } = await import('@iot/config');
    await startTracing('a-service', '1', loadConfig(tracesEnv), { info: () => undefined });
    process.exit(0);`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      ...['--import', `data:text/javascript,${encodeURIComponent(TELL)}`],
      ...['--input-type=module', '--eval', program],
    ],
    { cwd: ROOT, env: { PATH: process.env['PATH'], ...env } },
  );
  return stdout;
}

it('loads nothing of the SDK where nobody asks for traces', async () => {
  expect(await loadedWith({})).toBe('');
  expect(await loadedWith({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url })).toContain(
    '@opentelemetry/sdk-trace',
  );
}, 60_000);
