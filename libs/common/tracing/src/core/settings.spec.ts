import { loadConfig, tracesEnv } from '@iot/config';
import { settingsOf } from './settings.js';

const process = { service: 'a-worker', version: '1.2.3', instance: 'host:1' };
const settings = (env: Record<string, string>) => settingsOf(loadConfig(tracesEnv, env), process);
const ON = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };

it.each([
  {},
  { ...ON, OTEL_SDK_DISABLED: 'true' },
  { ...ON, OTEL_SDK_DISABLED: 'TRUE' },
  { ...ON, OTEL_TRACES_EXPORTER: 'none' },
  { OTEL_SERVICE_NAME: 'a-name', OTEL_TRACES_SAMPLER: 'always_on' },
])('%j asks for no traces', (env) => expect(settings(env)).toBeUndefined());

it.each([
  ['http://collector:4318', 'http://collector:4318/v1/traces'],
  ['http://collector:4318/', 'http://collector:4318/v1/traces'],
  ['https://host/otlp', 'https://host/otlp/v1/traces'],
])('%s is asked for at %s', (OTEL_EXPORTER_OTLP_ENDPOINT, url) =>
  expect(settings({ OTEL_EXPORTER_OTLP_ENDPOINT })?.url).toBe(url),
);

it('asks at the address for traces as it is, before that for all', () => {
  const own = 'http://own:4318/somewhere';
  expect(settings({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: own })?.url).toBe(own);
  expect(settings({ ...ON, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: own })?.url).toBe(own);
});

it('takes what is said for traces before what is said for all', () => {
  const all = {
    ...ON,
    OTEL_EXPORTER_OTLP_HEADERS: 'a=1, b=%32,',
    OTEL_EXPORTER_OTLP_TIMEOUT: '700',
  };
  expect(settings(all)).toMatchObject({ headers: { a: '1', b: '2' }, timeoutMs: 700 });
  const own = {
    OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'b=3',
    OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: '800',
  };
  expect(settings({ ...all, ...own })).toMatchObject({
    headers: { a: '1', b: '3' },
    timeoutMs: 800,
  });
});

it('lets spans wait as OpenTelemetry does, or as it is told', () => {
  expect(settings(ON)?.queue).toEqual({
    spans: 2048,
    spansAtOnce: 512,
    delayMs: 5000,
    timeoutMs: 30_000,
  });
  const queue = {
    OTEL_BSP_MAX_QUEUE_SIZE: '100',
    OTEL_BSP_SCHEDULE_DELAY: '1',
    OTEL_BSP_EXPORT_TIMEOUT: '2',
  };
  expect(settings({ ...ON, ...queue })?.queue).toEqual({
    spans: 100,
    spansAtOnce: 100,
    delayMs: 1,
    timeoutMs: 2,
  });
});

it('names the service as the variables do, the one for it first', () => {
  const nameOf = (env: Record<string, string>) =>
    settings({ ...ON, ...env })!.resource['service.name'];
  const attributes = { OTEL_RESOURCE_ATTRIBUTES: 'service.name=by%20attribute,team=iot' };
  expect(nameOf({})).toBe('a-worker');
  expect(nameOf(attributes)).toBe('by attribute');
  expect(nameOf({ ...attributes, OTEL_SERVICE_NAME: 'by name' })).toBe('by name');
  expect(settings({ ...ON, ...attributes })!.resource).toMatchObject({
    team: 'iot',
    'service.version': '1.2.3',
    'service.instance.id': 'host:1',
  });
});

it.each([
  ['always_on', { root: 'on', byParent: false }],
  ['always_off', { root: 'off', byParent: false }],
  ['traceidratio', { root: 'ratio', byParent: false }],
  ['parentbased_always_on', { root: 'on', byParent: true }],
  ['parentbased_always_off', { root: 'off', byParent: true }],
  ['parentbased_traceidratio', { root: 'ratio', byParent: true }],
])('%s is %j', (OTEL_TRACES_SAMPLER, sampling) =>
  expect(
    settings({ ...ON, OTEL_TRACES_SAMPLER, OTEL_TRACES_SAMPLER_ARG: '0.25' })?.sampling,
  ).toEqual({ ...sampling, ratio: 0.25 }),
);

it.each([
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4317'],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'http://user:secret@collector'],
  ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc'],
  ['OTEL_EXPORTER_OTLP_HEADERS', 'secret'],
  ['OTEL_EXPORTER_OTLP_HEADERS', 'a=%secret'],
  ['OTEL_EXPORTER_OTLP_HEADERS', 'a(b)=c'],
  ['OTEL_EXPORTER_OTLP_TRACES_HEADERS', 'a=b%0Asecret@'],
  ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'http://collector/?key=secret@'],
  ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'http/json'],
  ['OTEL_EXPORTER_OTLP_TIMEOUT', '0'],
  ['OTEL_BSP_SCHEDULE_DELAY', '0'],
  ['OTEL_BSP_MAX_QUEUE_SIZE', 'many'],
  ['OTEL_BSP_MAX_EXPORT_BATCH_SIZE', '4096'],
  ['OTEL_SDK_DISABLED', '1'],
  ['OTEL_TRACES_EXPORTER', 'zipkin'],
  ['OTEL_PROPAGATORS', 'b3'],
  ['OTEL_RESOURCE_ATTRIBUTES', 'a'],
  ['OTEL_TRACES_SAMPLER', 'jaeger_remote'],
  ['OTEL_TRACES_SAMPLER_ARG', '2'],
])('refuses %s=%s, and shows nothing secret of it', (name, value) => {
  const load = () => settings({ [name]: value });
  expect(load).toThrow(new RegExp(`^${name} is .*; allowed: `));
  expect(load).not.toThrow(/secret@|"secret"|%secret/);
});
