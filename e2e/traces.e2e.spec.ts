import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { SERVICES } from '@iot/register';
import { startOtlpReceiver, type OtlpReceiver, type ReceivedSpan } from '@iot/tracing/testing';
import { ROOT } from './observability/rules.js';
import { eventually, startPlatform, type Platform } from './platform.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
const QUERY_TRACE = '5bf92f3577b34da6a3ce929d0e0e4737';

let receiver: OtlpReceiver;
let platform: Platform;
beforeAll(async () => {
  receiver = await startOtlpReceiver();
  platform = await startPlatform(
    {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      // What a request says of its trace counts, and nothing else is kept.
      OTEL_TRACES_SAMPLER: 'parentbased_always_off',
    },
    { inMemory: true, only: ['ingestion-api', 'aggregator-worker', 'dashboard-api'] },
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

  const batch = await receiver.find('of the batch', ({ kind }) => kind === 'consumer');
  expect([of(batch), batch.name]).toEqual(['aggregator-worker', 'process telemetry.raw']);
  expect(batch.links).toContainEqual({ traceId: TRACE, spanId: sent.spanId });
  const within = (parent: ReceivedSpan, name: string) =>
    receiver.find(name, (span) => span.parentId === parent.spanId && span.name === name);
  const stored = await within(batch, 'store readings');
  const insert = await within(stored, 'insert telemetry_raw');
  expect(insert).toMatchObject({ kind: 'client', traceId: batch.traceId, failed: false });
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

it('keeps nothing of what was not asked for, and nothing that devices sent', () => {
  expect(new Set(receiver.spans.map(({ name }) => name.split(' ')[1]))).not.toContain('/ingest');
  const text = JSON.stringify(receiver.spans, (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
  expect(text).not.toMatch(/traced"|untraced/);
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
