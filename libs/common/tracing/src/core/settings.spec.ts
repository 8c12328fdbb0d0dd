import { loadConfig, tracesEnv } from '@iot/config';
import { settingsOf } from './settings.js';

const process = { service: 'a-worker', version: '1.2.3', instance: 'host:1' };
const settings = (env: Record<string, string>) => settingsOf(loadConfig(tracesEnv, env), process);
const ON = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };

it.each([
  {},
  { ...ON, OTEL_SDK_DISABLED: 'true' },
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
  ['OTEL_RESOURCE_ATTRIBUTES', 'a'],
  ['OTEL_TRACES_SAMPLER', 'jaeger_remote'],
  ['OTEL_TRACES_SAMPLER_ARG', '2'],
])('refuses %s=%s, and shows nothing secret of it', (name, value) => {
  const load = () => settings({ [name]: value });
  expect(load).toThrow(new RegExp(`^${name} is .*; allowed: `));
  expect(load).not.toThrow(/secret@|"secret"|%secret/);
});
