import { ConfigError } from '@iot/config';
import { Mongo, type MongoConfig } from '@iot/mongo';
import { catalogueFrom } from '@iot/telemetry';
import fc from 'fast-check';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aggregatorConfig, aggregatorEnv } from '../apps/aggregator-worker/src/config.js';
import { alertsConfig, alertsEnv } from '../apps/alerts-worker/src/config.js';
import { dashboardConfig, dashboardEnv } from '../apps/dashboard-api/src/config.js';
import { ingestionConfig, ingestionEnv } from '../apps/ingestion-api/src/config.js';
import { loadSettings, settingsEnv } from '../tools/telemetryctl/src/connection/config.js';

type Environment = Record<string, string>;
const PROCESSES = {
  'ingestion-api': { read: (env: Environment) => ingestionConfig(env), spec: ingestionEnv },
  'aggregator-worker': { read: (env: Environment) => aggregatorConfig(env), spec: aggregatorEnv },
  'alerts-worker': { read: (env: Environment) => alertsConfig(env), spec: alertsEnv },
  'dashboard-api': { read: (env: Environment) => dashboardConfig(env), spec: dashboardEnv },
  telemetryctl: { read: (env: Environment) => loadSettings({}, env), spec: settingsEnv },
};
const names = Object.keys(PROCESSES) as (keyof typeof PROCESSES)[];

/**
 * What the process says of an environment: its lines, or undefined when it takes it. Anything but a
 * ConfigError is thrown.
 */
function refusal(process: keyof typeof PROCESSES, env: Environment): string | undefined {
  try {
    const config = PROCESSES[process].read(env) as object;
    // As it starts.
    if ('SENSORS_FILE' in env) catalogueFrom(config as { SENSORS_FILE: string });
    // The driver knows what is wrong with an option.
    if ('MONGO_URL' in env && 'MONGO_URL' in config) new Mongo(config as MongoConfig, 'test');
    return undefined;
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}
const readers = (env: Environment) =>
  names.filter((name) => Object.keys(env).every((variable) => variable in PROCESSES[name].spec));

let folder: string;
let files: Record<string, string>;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'iot-config-'));
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  files = {
    MISSING: join(folder, 'missing.pem'),
    FOLDER: folder,
    TEXT: file('text.pem', 'not-a-certificate\n'),
    EMPTY: file('empty', '\n'),
    BROKEN: file('broken.pem', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'),
    MIN_ABOVE_MAX: file('sensors.json', '[{"name":"co2","unit":"ppm","min":5,"max":1}]'),
  };
});
afterAll(() => rmSync(folder, { recursive: true }));
const withFiles = (env: Environment): Environment =>
  Object.fromEntries(
    Object.entries(env).map(([name, value]) => [
      name,
      value.replace(/^@(\w+)$/, (_, file: string) => files[file]!),
    ]),
  );

const REFUSED: [Environment, RegExp][] = [
  [
    { DLQ_TOPIC: 'telemetry.raw' },
    /^DLQ_TOPIC is "telemetry\.raw" and TELEMETRY_TOPIC is "telemetry\.raw"; allowed: /,
  ],
  [
    { CREDENTIALS_TOPIC: 'telemetry.raw' },
    /^CREDENTIALS_TOPIC is "telemetry\.raw" and TELEMETRY_TOPIC is .*; allowed: two topics/,
  ],
  [
    { CREDENTIALS_TOPIC: 'telemetry_dlq' },
    /^CREDENTIALS_TOPIC is "telemetry_dlq" and DLQ_TOPIC is .*; allowed: two topics/,
  ],
  [
    { ALERTS_TOPIC: 'telemetry.dlq' },
    /^ALERTS_TOPIC is "telemetry\.dlq" and DLQ_TOPIC is .*; allowed: two topics/,
  ],
  [{ ALERTS_TOPIC: '.' }, /^ALERTS_TOPIC is "\."; allowed: /],
  [{ ALERT_RULES_FILE: '@MISSING' }, /^ALERT_RULES_FILE is ".*missing\.pem"; allowed: /],
  [{ CREDENTIALS_TOPIC: '..' }, /^CREDENTIALS_TOPIC is "\.\."; allowed: /],
  [
    { DLQ_TOPIC: 'telemetry_raw' },
    /^DLQ_TOPIC is "telemetry_raw" .*allowed: two topics.* differ in more than \. and _/,
  ],
  [{ DLQ_TOPIC: 'telemetry.raw.alerts-worker.retry.2' }, /^DLQ_TOPIC is .*allowed: .*retry/],
  [{ DLQ_TOPIC: 'telemetry_raw.aggregator-worker_retry_1' }, /^DLQ_TOPIC is .*allowed: .*retry/],
  [{ TELEMETRY_TOPIC: '..' }, /^TELEMETRY_TOPIC is "\.\."; allowed: /],
  [{ TELEMETRY_TOPIC: '.' }, /^TELEMETRY_TOPIC is "\."; allowed: /],
  [
    { TELEMETRY_TOPIC: '__consumer_offsets' },
    /^TELEMETRY_TOPIC is "__consumer_offsets"; allowed: /,
  ],
  [{ TELEMETRY_TOPIC: 'a'.repeat(250) }, /^TELEMETRY_TOPIC is "a+"; allowed: /],
  [
    { TELEMETRY_TOPIC: 'a'.repeat(150), CONSUMER_GROUP: 'b'.repeat(150) },
    /^TELEMETRY_TOPIC is .* and CONSUMER_GROUP is .*; allowed: /,
  ],
  [
    { AGGREGATOR_GROUP: 'one', ALERTS_GROUP: 'one' },
    /^AGGREGATOR_GROUP is "one" and ALERTS_GROUP is "one"; allowed: /,
  ],
  [
    { AGGREGATOR_GROUP: 'a.b', ALERTS_GROUP: 'a_b' },
    /^AGGREGATOR_GROUP is "a\.b" and ALERTS_GROUP is "a_b"; allowed: /,
  ],
  [
    { KAFKA_BOOTSTRAP_SERVERS: 'localhost:99999' },
    /^KAFKA_BOOTSTRAP_SERVERS is "localhost:99999"; allowed: .*65535/,
  ],
  [
    { KAFKA_BOOTSTRAP_SERVERS: 'localhost:0' },
    /^KAFKA_BOOTSTRAP_SERVERS is "localhost:0"; allowed: /,
  ],
  [{ KAFKA_BOOTSTRAP_SERVERS: ':::9092' }, /^KAFKA_BOOTSTRAP_SERVERS is ":::9092"; allowed: /],
  [{ KAFKA_REPLICATION_FACTOR: '0' }, /^KAFKA_REPLICATION_FACTOR is "0"; allowed: /],
  [
    { KAFKA_SASL_MECHANISM: 'plain' },
    /^KAFKA_SASL_MECHANISM is "plain" and KAFKA_SASL_USERNAME is not set; allowed: /,
  ],
  [
    { KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'me' },
    /^KAFKA_SASL_MECHANISM is "plain" and KAFKA_SASL_PASSWORD is not set; allowed: /,
  ],
  [
    { KAFKA_SASL_USERNAME: 'me', KAFKA_SASL_PASSWORD: 'x' },
    /^KAFKA_SASL_USERNAME is "me" and KAFKA_SASL_MECHANISM is not set; allowed: /,
  ],
  [{ KAFKA_SSL_CA_FILE: '@TEXT' }, /^KAFKA_SSL_CA_FILE is ".*" and KAFKA_SSL is false; allowed: /],
  [
    { KAFKA_SSL: 'true', KAFKA_SSL_CA_FILE: '@MISSING' },
    /^KAFKA_SSL_CA_FILE is ".*missing\.pem"; allowed: a PEM file.*ENOENT/,
  ],
  [
    { KAFKA_SSL: 'true', KAFKA_SSL_CA_FILE: '@FOLDER' },
    /^KAFKA_SSL_CA_FILE is ".*"; allowed: a PEM file.*EISDIR/,
  ],
  [
    { KAFKA_SSL: 'true', KAFKA_SSL_CA_FILE: '@TEXT' },
    /^KAFKA_SSL_CA_FILE is ".*text\.pem"; allowed: a PEM file.*no certificate/,
  ],
  [
    { KAFKA_SSL: 'true', KAFKA_SSL_CA_FILE: '@BROKEN' },
    /^KAFKA_SSL_CA_FILE is ".*broken\.pem"; allowed: a PEM file/,
  ],
  [
    { KAFKA_SSL: 'true', KAFKA_SSL_CERT_FILE: '@TEXT' },
    /^KAFKA_SSL_CERT_FILE is ".*" and KAFKA_SSL_KEY_FILE is not set; allowed: /,
  ],
  [{ TLS_CERT_FILE: '@TEXT' }, /^TLS_CERT_FILE is ".*" and TLS_KEY_FILE is not set; allowed: /],
  [
    { TLS_CERT_FILE: '@TEXT', TLS_KEY_FILE: '@TEXT' },
    /^TLS_CERT_FILE is ".*text\.pem"; allowed: a PEM file/,
  ],
  [{ SENSORS_FILE: '@MISSING' }, /^SENSORS_FILE is ".*missing\.pem"; /],
  [{ SENSORS_FILE: '@MIN_ABOVE_MAX' }, /^SENSORS_FILE is ".*"; .*entry 0: .*min.* below .*max/],
  [{ HOST: ' ' }, /^HOST is " "; allowed: /],
  [{ HOST: 'http://0.0.0.0' }, /^HOST is "http:\/\/0\.0\.0\.0"; allowed: /],
  [
    { AUTH: 'off' },
    /^AUTH is off and HOST is "0\.0\.0\.0", which others may reach; allowed: AUTH=on, /,
  ],
  ...['::', '192.168.1.5', 'my-host', '127.1', '::ffff:10.0.0.1'].map(
    (HOST): [Environment, RegExp] => [
      { AUTH: 'off', HOST },
      /^AUTH is off and HOST is ".*", which others/,
    ],
  ),
  [
    { OIDC_CLIENT_ID: 'page' },
    /^OIDC_CLIENT_ID is set and OIDC_ISSUER is not set and OIDC_REDIRECT_URL is not set; allowed: all/,
  ],
  [
    { OIDC_CLIENT_ID: 'page', OIDC_ISSUER: 'https://login.example.com' },
    /^OIDC_CLIENT_ID is set and OIDC_REDIRECT_URL is not set; allowed: all/,
  ],
  [
    { OIDC_REDIRECT_URL: 'https://iot.example.com/auth/oidc/callback' },
    /^OIDC_REDIRECT_URL is set and OIDC_CLIENT_ID is not set; allowed: both/,
  ],
  [
    { OIDC_CLIENT_SECRET: 'x' },
    /^OIDC_CLIENT_SECRET is set and OIDC_CLIENT_ID is not set; allowed/,
  ],
  ...[
    'http://iot.example.com/auth/oidc/callback',
    'https://iot.example.com/elsewhere',
    'https://iot.example.com/auth/oidc/callback?x=1',
  ].map((OIDC_REDIRECT_URL): [Environment, RegExp] => [
    { OIDC_REDIRECT_URL },
    /^OIDC_REDIRECT_URL is set to something unusable; allowed: https:/,
  ]),
  [{ OIDC_SCOPE: 'profile email' }, /^OIDC_SCOPE is "profile email"; allowed: .*openid/],
  [{ METRICS_TOKEN: 'short' }, /^METRICS_TOKEN is set to something unusable; allowed: /],
  [
    { METRICS_TOKEN_FILE: '@MISSING' },
    /^METRICS_TOKEN_FILE is ".*missing\.pem"; allowed: .*ENOENT/,
  ],
  [{ METRICS_TOKEN_FILE: '@EMPTY' }, /^METRICS_TOKEN_FILE is ".*empty"; allowed: .*not empty/],
  [
    { METRICS_TOKEN: 'sixteen-letters-', METRICS_TOKEN_FILE: '@TEXT' },
    /^METRICS_TOKEN_FILE is ".*"; allowed: one of METRICS_TOKEN_FILE and METRICS_TOKEN/,
  ],
  [{ METRICS_TOKEN_FILE: '@BROKEN' }, /^METRICS_TOKEN is set to something unusable; allowed: /],
  [{ PORT: '99999' }, /^PORT is "99999"; allowed: /],
  [
    { MONGO_URL: 'mongodb://localhost:99999' },
    /^MONGO_URL is "mongodb:\/\/localhost:99999"; allowed: /,
  ],
  [{ MONGO_URL: 'mongodb://' }, /^MONGO_URL is "mongodb…"; allowed: /],
  [{ MONGO_URL: 'mongodb://h/?unknown=1' }, /^MONGO_URL is "mongodb:\/\/h"; allowed: .*unknown/],
  [
    { MONGO_URL: 'mongodb://h/?tls=true&tlsCAFile=/nowhere/ca.pem' },
    /^MONGO_URL is "mongodb:\/\/h"; allowed: .*tlsCAFile/,
  ],
  [{ MONGO_DB: 'admin' }, /^MONGO_DB is "admin"; allowed: /],
  [{ MONGO_DB: 'local' }, /^MONGO_DB is "local"; allowed: /],
  [{ MONGO_DB: 'ü'.repeat(40) }, /^MONGO_DB is "ü+"; allowed: /],
  [{ WINDOWS: '0m' }, /^WINDOWS is "0m"; /],
  [{ WINDOWS: '60m,1h' }, /^WINDOWS is "60m,1h"; /],
  [{ WINDOWS: '1y' }, /^WINDOWS is "1y"; allowed: /],
  [{ ROLLUP_RETENTION: '1m:0' }, /^ROLLUP_RETENTION is "1m:0"; allowed: /],
  [
    { ROLLUP_RETENTION: '15m:30' },
    /^ROLLUP_RETENTION is "15m:30" and WINDOWS is "1m,1h,1d"; allowed: /,
  ],
  [{ ROLLUP_RETENTION: '1m:30,1m:40' }, /^ROLLUP_RETENTION is "1m:30,1m:40"; allowed: .*once/],
  [{ ROLLUP_RETENTION: '1m:99999999999999999999' }, /^ROLLUP_RETENTION is "1m:9+"; allowed: /],
  [
    { MAX_FUTURE_SKEW_MS: '9007199254740991' },
    /^MAX_FUTURE_SKEW_MS is "9007199254740991"; allowed: /,
  ],
  [
    { MAX_RETRIES: '10', RETRY_BASE_DELAY_MS: '3600000' },
    /^MAX_RETRIES is 10 and RETRY_BASE_DELAY_MS is 3600000; allowed: /,
  ],
  [{ TEMP_MIN_THRESHOLD: '0x10' }, /^TEMP_MIN_THRESHOLD is "0x10"; allowed: a number/],
  [
    { TEMP_MIN_THRESHOLD: '50' },
    /^TEMP_MIN_THRESHOLD is 50 and TEMP_MAX_THRESHOLD is 50; allowed: /,
  ],
  [{ ALERT_CRITICAL_MARGIN: 'NaN' }, /^ALERT_CRITICAL_MARGIN is "NaN"; allowed: /],
  [
    { INGEST_BUFFER_BYTES: '3000000', MAX_BATCH_BYTES: '2000000' },
    /^INGEST_BUFFER_BYTES is 3000000 and MAX_BATCH_BYTES is 2000000; allowed: /,
  ],
];

describe('a value that cannot be used', () => {
  it.each(REFUSED)('%j stops each process that reads it, with a line that says so', (env, line) => {
    const given = withFiles(env);
    expect(readers(given).length).toBeGreaterThan(0);
    for (const process of readers(given)) {
      const said = refusal(process, given);
      expect([process, said]).toEqual([process, expect.stringMatching(line)]);
      for (const one of said!.split('\n')) expect(one).toMatch(/^[A-Z_]+ is .*; allowed: /);
    }
  });
});

const TAKEN: Environment[] = [
  { DLQ_TOPIC: 'dead', TELEMETRY_TOPIC: 'a'.repeat(150) },
  { KAFKA_BOOTSTRAP_SERVERS: 'a.example:9092, [::1]:9093,10.0.0.1:65535,kafka_1:1' },
  { KAFKA_SSL: 'true' },
  { KAFKA_SASL_MECHANISM: 'scram-sha-512', KAFKA_SASL_USERNAME: 'me', KAFKA_SASL_PASSWORD: 'x' },
  { AUTH: 'on' },
  ...['127.0.0.1', '127.8.8.8', '::1', '0:0::1', '::ffff:127.0.0.1', 'localhost'].map((HOST) => ({
    AUTH: 'off',
    HOST,
  })),
  { AUTH: 'off', HOST: '0.0.0.0', AUTH_OFF_IS_INTENDED: 'true' },
  { METRICS_TOKEN_FILE: '@TEXT' },
  { HOST: '::' },
  { HOST: 'fe80::1%eth0' },
  { HOST: 'my-host.local' },
  { MONGO_URL: 'mongodb://u:p%40ss@a:27017,b:27018/?replicaSet=rs0&authSource=admin' },
  { MONGO_URL: 'mongodb+srv://u:p@cluster.example/db?retryWrites=true&w=majority' },
  { WINDOWS: '1m,15m' },
  { WINDOWS: '1m,15m', ROLLUP_RETENTION: '15m:30' },
  { MAX_RETRIES: '10' },
  { MAX_RETRIES: '0', RETRY_BASE_DELAY_MS: '3600000' },
  { TEMP_MIN_THRESHOLD: '-1.5e1' },
];
it.each(TAKEN)('%j is taken', (env) => {
  const given = withFiles(env);
  for (const process of readers(given))
    expect([process, refusal(process, given)]).toEqual([process, undefined]);
});

describe('any value of any variable', () => {
  const ODD = [
    '',
    ' ',
    '\t',
    '0',
    '-1',
    '-0',
    '1e999',
    'NaN',
    'Infinity',
    '1.5',
    '0x10',
    '1_000',
    '99999999999999999999',
    '1s',
    '1m,1m',
    ',',
  ];
  const odder = [
    'null',
    'undefined',
    '__proto__',
    'constructor',
    '../..',
    '/dev/null',
    '$(x)',
    '\u0000',
    '💥',
    'a\nb',
    '*',
    ':',
    '%',
    '@',
  ];
  const value = fc.oneof(
    fc.constantFrom(...ODD, ...odder),
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.integer().map(String),
    fc.double().map(String),
  );

  it.each(names)('is taken by %s, or refused with a line that names the variable', (process) => {
    const variables = Object.keys(PROCESSES[process].spec);
    fc.assert(
      fc.property(fc.constantFrom(...variables), value, (variable, text) => {
        const said = refusal(process, { [variable]: text });
        if (said !== undefined) expect(said).toMatch(new RegExp(`(^|and )${variable} `));
        if (said !== undefined) expect(said).not.toMatch(/\n/);
      }),
      { numRuns: 1500 },
    );
  });
});

describe('secrets', () => {
  const SECRET = 'hunter2zq';
  const text = fc.oneof(
    fc.constantFrom('', '@', ':', '/', '?', '%', '&', '#', ' ', '%zz', 'user', 'db', 'h:1'),
    fc.string({ maxLength: 4 }),
  );

  it('of a connection string never get into a line', () => {
    const place = fc.constantFrom(
      (a: string, b: string) => `mongodb://u:${a}${SECRET}${b}@h/db`,
      (a: string, b: string) => `mongodb://${a}${SECRET}${b}@h:x/db`,
      (a: string, b: string) => `mongodb://u:${SECRET}${a}${b}`,
      (a: string, b: string) => `mongodb+srv://u:${a}${SECRET}${b}@h.example`,
      (a: string, b: string) => `mongodb://h/?tls=true&proxyPassword=${a}${SECRET}${b}`,
      (a: string, b: string) => `mongodb://u:p@h/?authMechanismProperties=${a}:${SECRET}${b}`,
      (a: string, b: string) => `${a}${SECRET}${b}`,
    );
    fc.assert(
      fc.property(place, text, text, (make, a, b) => {
        expect(refusal('dashboard-api', { MONGO_URL: make(a, b) }) ?? '').not.toContain(SECRET);
      }),
      { numRuns: 3000 },
    );
  });

  it('of SASL never get into a line', () => {
    const said = refusal('alerts-worker', { KAFKA_SASL_PASSWORD: SECRET });
    expect(said).toMatch(/^KAFKA_SASL_PASSWORD is set and KAFKA_SASL_MECHANISM is not set/);
    expect(said).not.toContain(SECRET);
  });
});
