import type { ValidatorSpec } from 'envalid';
import {
  consumersOf,
  REGISTER,
  type ConsumerName,
  type GroupVariable,
  type ServiceName,
} from '@iot/register';
import { flag, integer, list, oneOf, text } from './env.js';
import { logsEnv } from './logs-variables.js';
import { isMongoUrl, MONGO_URL_ALLOWED } from './mongo-url.js';
import { topicName } from './topic-name.js';
import { tracesEnv } from './traces-variables.js';

const HOST_PORT = /^(?:[\w.-]+|\[[\da-fA-F:.]+\]):(\d{1,5})$/;
const isHostPort = (entry: string): boolean => {
  const port = Number(HOST_PORT.exec(entry)?.[1] ?? 0);
  return port >= 1 && port <= 65_535;
};
const isDatabaseName = (name: string): boolean =>
  /^[^/\\. "$*<>:|?]{1,63}$/.test(name) &&
  Buffer.byteLength(name) <= 63 &&
  !['admin', 'local', 'config'].includes(name);
const YEAR_MS = 31_536_000_000;

/** Variables of every service. @param name whose port of the register is the default */
export const serviceEnv = (name: ServiceName) => ({
  PORT: integer({ default: REGISTER[name].port, min: 0, max: 65535, desc: 'HTTP port' }),
  HOST: text({
    default: '0.0.0.0',
    pattern: /^[\w.:%-]+$/,
    allowed: 'an address of this machine, such as 0.0.0.0, 127.0.0.1, :: or a host name',
    desc: 'address the HTTP server listens on',
  }),
  METRICS_TOKEN: text({
    default: '',
    pattern: /^(|[\x21-\x7e]{16,256})$/,
    allowed: '16 to 256 characters without blanks',
    desc: 'bearer token that /metrics asks for; empty: it asks for none',
  }),
  METRICS_TOKEN_FILE: text({ default: '', desc: 'file with METRICS_TOKEN' }),
  LOG_LEVEL: oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
    default: 'info',
    desc: 'least severe log level that is written',
  }),
  ...logsEnv,
  ...tracesEnv,
  SHUTDOWN_DELAY_MS: integer({
    default: 0,
    min: 0,
    max: 120_000,
    desc: 'wait between readiness off and the end of work after SIGTERM, for load balancers',
  }),
  SHUTDOWN_GRACE_MS: integer({
    default: 25_000,
    min: 1000,
    max: 600_000,
    desc: 'time to finish work after SIGTERM before the process ends anyway',
  }),
});

/** Variables of a service whose port is for others than the platform. */
export const authEnv = {
  AUTH: oneOf(['on', 'off'], {
    default: 'on',
    desc: 'on: who asks says who one is; off: anyone who reaches the port may do everything there',
  }),
  AUTH_OFF_IS_INTENDED: flag({
    default: false,
    desc: 'true: AUTH may be off on an address that others reach, as something in front asks',
  }),
};

/** Limits of an API's HTTP server. */
export const httpEnv = (connections: number) => ({
  MAX_CONNECTIONS: integer({
    default: connections,
    min: 1,
    max: 1_000_000,
    desc: 'open client connections at most; where one more comes, one that is idle is closed',
  }),
  HEADERS_TIMEOUT_MS: integer({
    default: 10_000,
    min: 100,
    max: 600_000,
    desc: 'a client must have sent its headers within this time',
  }),
  REQUEST_TIMEOUT_MS: integer({
    default: 30_000,
    min: 100,
    max: 3_600_000,
    desc: 'a client must have sent its whole request within this time, or it is answered 408',
  }),
  KEEP_ALIVE_TIMEOUT_MS: integer({
    default: 75_000,
    min: 0,
    max: 3_600_000,
    desc: 'an idle connection is closed after this time; keep it above that of a load balancer in front',
  }),
});

/** Variables of everything that talks to Kafka. */
export const kafkaEnv = {
  KAFKA_BOOTSTRAP_SERVERS: list({
    default: ['localhost:9092'],
    pattern: isHostPort,
    allowed: 'host:port, comma-separated, with ports from 1 to 65535',
    desc: 'Kafka brokers',
  }),
  TELEMETRY_TOPIC: text({
    default: 'telemetry.raw',
    ...topicName,
    desc: 'topic of accepted readings',
  }),
  DLQ_TOPIC: text({ default: 'telemetry.dlq', ...topicName, desc: 'dead-letter topic' }),
  TELEMETRY_PARTITIONS: integer({
    default: 12,
    min: 1,
    max: 10_000,
    desc: 'partitions of TELEMETRY_TOPIC when it is created',
  }),
  KAFKA_REPLICATION_FACTOR: integer({
    default: -1,
    min: -1,
    max: 10,
    not: 0,
    desc: 'replication of created topics; -1: the broker default',
  }),
  KAFKA_SSL: flag({ default: false, desc: 'TLS to the brokers' }),
  KAFKA_SSL_CA_FILE: text({
    default: '',
    desc: 'PEM file with the CA that signed the brokers’ certificates',
  }),
  KAFKA_SSL_CERT_FILE: text({ default: '', desc: 'PEM client certificate for mutual TLS' }),
  KAFKA_SSL_KEY_FILE: text({ default: '', desc: 'PEM key of the client certificate' }),
  KAFKA_SASL_MECHANISM: oneOf(['', 'plain', 'scram-sha-256', 'scram-sha-512'], {
    default: '',
    desc: 'SASL mechanism; empty: no authentication',
  }),
  KAFKA_SASL_USERNAME: text({ default: '', desc: 'SASL user' }),
  KAFKA_SASL_PASSWORD: text({ default: '', desc: 'SASL password' }),
};

/** Variables of everything that talks to MongoDB. */
export const mongoEnv = {
  MONGO_URL: text({
    default: 'mongodb://localhost:27017',
    pattern: isMongoUrl,
    allowed: MONGO_URL_ALLOWED,
    desc: 'MongoDB connection string, credentials and TLS options included',
  }),
  MONGO_DB: text({
    default: 'iotdb',
    pattern: isDatabaseName,
    allowed:
      'a MongoDB database name: up to 63 bytes without / \\ . " $ * < > : | ? and blanks, and none of admin, local, config',
    desc: 'database',
  }),
  MONGO_TIMEOUT_MS: integer({
    default: 5000,
    min: 100,
    max: 120_000,
    desc: 'deadline of one database operation',
  }),
};

/**
 * Variables of what talks to the Kubernetes API server; the cluster sets the first one in every
 * pod.
 */
export const kubernetesEnv = {
  KUBERNETES_SERVICE_HOST: text({
    default: '',
    desc: 'address of the API server; Kubernetes sets it in every pod. Empty: not in a cluster',
  }),
  KUBECONFIG: text({
    default: '',
    desc: 'kubeconfig file to use instead of the pod’s service account; only with KUBERNETES_NAMESPACE',
  }),
  KUBERNETES_NAMESPACE: text({
    default: '',
    pattern: /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)?$/,
    allowed: 'a Kubernetes namespace',
    desc: 'namespace of the release; empty: that of the pod’s service account',
  }),
};

/** Web origins that may use an API from a browser. */
export const corsEnv = {
  CORS_ORIGINS: list({
    default: [],
    pattern: /^(\*|https?:\/\/[^/\s*]+)$/,
    allowed: 'origins such as https://dash.example.com, comma-separated, or *',
    desc: 'web origins that may call the API from a browser; none by default',
  }),
};

/** Variables that say what a valid reading is. */
export const readingEnv = {
  SENSORS_FILE: text({ default: '', desc: 'JSON file with more sensors for the catalogue' }),
  MAX_FUTURE_SKEW_MS: integer({
    default: 300_000,
    min: 0,
    max: YEAR_MS,
    desc: 'how far ahead of its arrival a reading’s ts may be',
  }),
  RAW_RETENTION_DAYS: integer({
    default: 30,
    min: 1,
    max: 36_500,
    desc: 'days that raw readings are kept; older ones are refused',
  }),
};

/** What a consumer group may be called. */
export const groupName = {
  pattern: /^[a-zA-Z0-9._-]{1,200}$/,
  allowed: '1–200 of A-Z a-z 0-9 . _ -',
};

/**
 * Rollup window sizes and how long their rows are kept, as the aggregator and what checks it read
 * them.
 */
export const windowEnv = {
  WINDOWS: list({
    default: ['1m', '1h', '1d'],
    pattern: /^\d+[smhd]$/,
    allowed: 'window sizes such as 1m,1h,1d',
    desc: 'rollup window sizes',
  }),
  ROLLUP_RETENTION: list({
    default: ['1m:90', '1h:730', '1d:3650'],
    pattern: (pair) =>
      /^\d+[smhd]:[1-9]\d{0,4}$/.test(pair) && Number(pair.split(':')[1]) <= 36_500,
    allowed: 'window:days pairs such as 1m:90,1h:730, with 1 to 36500 days',
    desc: 'days that rows of a window size are kept; a size that is not named is kept for ever',
  }),
};

/** Variables of a consumer. @param name whose group of the register is the default */
export const workerEnv = (name: ConsumerName) => ({
  CONSUMER_GROUP: text({
    default: REGISTER[name].group.name,
    ...groupName,
    desc: 'Kafka consumer group; each service needs one of its own',
  }),
  MAX_RETRIES: integer({
    default: 3,
    min: 0,
    max: 10,
    desc: 'retry topics that a record passes before the dead-letter topic',
  }),
  RETRY_BASE_DELAY_MS: integer({
    default: 1000,
    min: 1,
    max: 3_600_000,
    desc: 'delay of the first retry topic; each further one waits 5 times as long',
  }),
  SESSION_TIMEOUT_MS: integer({
    default: 8000,
    min: 1000,
    max: 300_000,
    desc: 'a worker silent for this long loses its partitions',
  }),
  FETCH_MAX_BYTES: integer({
    default: 4_194_304,
    min: 1024,
    max: 268_435_456,
    desc: 'most bytes of one fetch',
  }),
  PARTITION_FETCH_MAX_BYTES: integer({
    default: 524_288,
    min: 1024,
    max: 268_435_456,
    desc: 'most bytes of one partition in one fetch: bounds a batch',
  }),
});

/** Variables of what looks at the consumers of readings from outside: the ids of their groups. */
export const telemetryGroupsEnv = Object.fromEntries(
  consumersOf('TELEMETRY_TOPIC').map(({ name, group }) => [
    group.variable,
    text({ default: group.name, ...groupName, desc: `consumer group of the ${name}` }),
  ]),
) as Record<GroupVariable<'TELEMETRY_TOPIC'>, ValidatorSpec<string>>;
