import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tracesEnv, type EnvSpec } from '@iot/config';
import { SERVICES, shortName } from '@iot/register';
import { load } from 'js-yaml';
import {
  CHART,
  describeWithHelm,
  type Manifest,
  MATRIX,
  objectsOf,
} from '../helm/iot-telemetry/tests/chart.js';
import { configOf, variablesOf } from './services.js';

const read = (name: string): string => readFileSync(join(CHART, name), 'utf8');
const values = load(read('values.yaml')) as Manifest;
const schema = JSON.parse(read('values.schema.json')) as Manifest;
/** The variables of each service, by the key of its values. */
const VARIABLES: Readonly<Record<string, EnvSpec>> = Object.fromEntries(
  await Promise.all(
    SERVICES.map(async ({ name }) => [shortName(name), await variablesOf(name)] as const),
  ),
);

/**
 * Variables that the chart sets from values with other names, and those that it leaves alone, each
 * with its reason.
 */
const SET_BY_THE_CHART = [
  ...['PORT', 'SHUTDOWN_DELAY_MS', 'SHUTDOWN_GRACE_MS', 'SENSORS_FILE'],
  ...[
    'KAFKA_BOOTSTRAP_SERVERS',
    'TELEMETRY_TOPIC',
    'DLQ_TOPIC',
    'CREDENTIALS_TOPIC',
    'TELEMETRY_PARTITIONS',
    'KAFKA_REPLICATION_FACTOR',
  ],
  ...['KAFKA_SSL', 'KAFKA_SSL_CA_FILE', 'KAFKA_SSL_CERT_FILE', 'KAFKA_SSL_KEY_FILE'],
  ...['KAFKA_SASL_MECHANISM', 'KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'],
  ...['MONGO_URL', 'MONGO_DB', 'MONGO_TIMEOUT_MS'],
  ...['MQTT_USERNAME', 'MQTT_PASSWORD', 'MQTT_CA_FILE', 'MQTT_CERT_FILE', 'MQTT_KEY_FILE'],
  ...['SMTP_USERNAME', 'SMTP_PASSWORD', 'SMTP_PASSWORD_FILE'],
  ...['TLS_CERT_FILE', 'TLS_KEY_FILE', 'CREDENTIALS_SECRET', 'CREDENTIALS_SECRET_FILE'],
  ...['AUTH', 'AUTH_OFF_IS_INTENDED', 'METRICS_TOKEN', 'METRICS_TOKEN_FILE'],
  ...['AUTH_SIGNING_KEY', 'AUTH_SIGNING_KEY_FILE'],
  ...['AUTH_ADMIN_PASSWORD', 'AUTH_ADMIN_PASSWORD_FILE'],
  // By extraEnv, from a Secret of one's own.
  ...['OIDC_CLIENT_SECRET', 'OIDC_CLIENT_SECRET_FILE'],
  ...Object.keys(tracesEnv).filter((name) => /_HEADERS(_FILE)?$/.test(name)),
  ...['KUBERNETES_NAMESPACE', 'PLATFORM_SELECTOR', 'THRESHOLDS_CONFIGMAP', 'VERIFY_EXPECTED'],
  ...SERVICES.flatMap(({ group }) => group?.variable ?? []),
];
/** The kubelet sets the one, and nothing in a cluster the other. */
const LEFT_ALONE = ['KUBERNETES_SERVICE_HOST', 'KUBECONFIG'];
/** Of OpenTelemetry's, all but the one that says whether there are traces at all. */
const TRACES = Object.keys(tracesEnv).filter(
  (name) => name !== 'OTEL_EXPORTER_OTLP_ENDPOINT' && !/_HEADERS(_FILE)?$/.test(name),
);
/** Sections of what runs once or for people, whose values the README describes together. */
const TASKS = ['authSecret', 'init', 'verify', 'toolbox', 'helmTest', 'loadGenerator'];

describe('the values', () => {
  const paths = (node: Manifest, path: string): string[] =>
    node !== null &&
    typeof node === 'object' &&
    !Array.isArray(node) &&
    Object.keys(node).length > 0
      ? Object.entries(node).flatMap(([key, value]) =>
          paths(value, path === '' ? key : `${path}.${key}`),
        )
      : [path];

  it('are in the README, each', () => {
    const readme = read('README.md');
    const described = (path: string): boolean => {
      const [first, ...rest] = path.split('.');
      const anyComponent =
        first! in VARIABLES && readme.includes(`\`<component>.${rest.join('.')}\``);
      const anyTask = TASKS.includes(first!) && readme.includes(`\`<task>.${rest.join('.')}\``);
      return anyComponent || anyTask || readme.includes(`\`${path}\``);
    };
    expect(paths(values, '').filter((path) => !described(path))).toEqual([]);
  });

  it('are in the schema, each, and the schema has none that values.yaml does not show', () => {
    const resolve = (node: Manifest): Manifest =>
      node?.$ref ? schema.definitions[node.$ref.split('/').at(-1)] : node;
    const differences = (value: Manifest, node: Manifest, path: string): string[] => {
      const known = resolve(node)?.properties;
      if (known === undefined || /\.config$|\.(requests|limits)$|\.probes\./.test(path)) return [];
      const names = new Set([...Object.keys(known), ...Object.keys(value ?? {})]);
      return [...names].flatMap((name) => {
        const at = path === '' ? name : `${path}.${name}`;
        if (!(name in known) || !(name in (value ?? {}))) return [at];
        return differences(value[name], known[name], at);
      });
    };
    // `global` belongs to a chart around this one; the others are variables with a default of their
    // own.
    const unshown = [
      'global',
      ...['HOST', 'MAX_RETRIES', 'RETRY_BASE_DELAY_MS', ...TRACES].map((name) => `config.${name}`),
    ];
    expect(differences(values, schema, '').filter((path) => !unshown.includes(path))).toEqual([]);
  });

  it('lead people to each endpoint that docs/security.md names', () => {
    const page = readFileSync(join(CHART, '../../docs/security.md'), 'utf8');
    const endpoints = [...page.matchAll(/^\| `[A-Z]+ (\/[^`]*)` +\| ([\w ]+?) +\|/gm)];
    expect(endpoints.length).toBeGreaterThan(70);
    const led: string[] = values.ingress.dashboard.paths;
    const missing = endpoints
      .filter(([, path, rule]) => rule !== 'device key' && path !== '/')
      .map(([, path]) => path!)
      .filter((path) => !led.some((prefix) => path === prefix || path.startsWith(`${prefix}/`)));
    expect(missing).toEqual([]);
  });

  it('may set every variable of every service, within the same bounds', () => {
    for (const [key, spec] of Object.entries(VARIABLES)) {
      const variables: Manifest = {
        ...schema.properties.config.properties,
        ...schema.properties[key].properties.config.properties,
        ...(key === 'alerts' ? schema.properties.thresholds.properties : {}),
      };
      const managed = new Set([...SET_BY_THE_CHART, ...LEFT_ALONE]);
      expect([
        key,
        Object.keys(spec).filter((name) => !managed.has(name) && !(name in variables)),
      ]).toEqual([key, []]);
      const own = Object.keys(schema.properties[key].properties.config.properties);
      expect([key, own.filter((name) => !(name in spec))]).toEqual([key, []]);
      for (const [name, { minimum, maximum }] of Object.entries<Manifest>(variables)) {
        const validator = (spec as EnvSpec)[name];
        if (validator === undefined) continue;
        const accepts = (value: number): boolean => {
          try {
            validator._parse(String(value));
            return true;
          } catch {
            return false;
          }
        };
        const bounds = [minimum, maximum].map((bound) => bound === undefined || accepts(bound));
        const beyond = [
          minimum === undefined ? false : accepts(minimum - 1),
          maximum === undefined ? false : accepts(maximum + 1),
        ];
        expect([key, name, ...bounds, ...beyond]).toEqual([key, name, true, true, false, false]);
      }
    }
  });
});

describeWithHelm('what the services are given', () => {
  it.each(MATRIX)('%s: each takes its environment', async (_, file) => {
    const objects = objectsOf('-f', file);
    const data = (ending: string): NodeJS.ProcessEnv =>
      objects.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name.endsWith(ending))!
        .data;
    // What is read at the start: files that are mounted in a pod, and variables from a Secret.
    const files = {
      SENSORS_FILE: '',
      ALERT_RULES_FILE: '',
      KAFKA_SSL_CA_FILE: '',
      KAFKA_SSL_CERT_FILE: '',
      KAFKA_SSL_KEY_FILE: '',
      TLS_CERT_FILE: '',
      TLS_KEY_FILE: '',
      MQTT_CA_FILE: '',
      MQTT_CERT_FILE: '',
      MQTT_KEY_FILE: '',
    };
    const sasl = { KAFKA_SASL_USERNAME: 'from-a-secret', KAFKA_SASL_PASSWORD: 'from-a-secret' };
    const runs = (name: string): boolean =>
      objects.some(
        ({ kind, metadata }) => kind === 'Deployment' && metadata.name.endsWith(`-${name}`),
      );
    for (const { name, port, optional } of SERVICES) {
      if (optional && !runs(name)) continue;
      const thresholds = name === 'alerts-worker' ? data('-thresholds') : {};
      const own = data(`-${name}`);
      const secrets = {
        ...(own['KAFKA_SASL_MECHANISM'] && sasl),
        MONGO_URL: 'mongodb://from-a-secret',
      };
      const loaded = (await configOf(name))({ ...own, ...files, ...secrets, ...thresholds });
      expect([name, loaded.PORT]).toEqual([name, port]);
    }
  });
});
