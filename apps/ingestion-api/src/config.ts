import {
  ConfigError,
  corsEnv,
  httpEnv,
  integer,
  kafkaEnv,
  loadConfig,
  readingEnv,
  serviceEnv,
  text,
} from '@iot/config';

/** The environment of the ingestion API. */
export const ingestionEnv = {
  ...serviceEnv('ingestion-api'),
  ...kafkaEnv,
  ...readingEnv,
  MAX_BODY_BYTES: integer({
    default: 1_048_576,
    min: 256,
    max: 104_857_600,
    desc: 'most bytes of a single reading’s body, after inflation',
  }),
  MAX_BATCH_BYTES: integer({
    default: 10_485_760,
    min: 256,
    max: 1_073_741_824,
    desc: 'most bytes of a batch’s body, after inflation',
  }),
  MAX_BATCH_EVENTS: integer({
    default: 10_000,
    min: 1,
    max: 1_000_000,
    desc: 'most readings in a batch',
  }),
  INGEST_DEADLINE_MS: integer({
    default: 2500,
    min: 50,
    max: 60_000,
    desc: 'Kafka must acknowledge a request within this time, or it is answered 503',
  }),
  INGEST_BUFFER_BYTES: integer({
    default: 67_108_864,
    min: 1_048_576,
    max: 1_099_511_627_776,
    desc: 'bytes of bodies and unacknowledged records held at most; beyond it 503',
  }),
  PRODUCER_SENDS_IN_FLIGHT: integer({
    default: 1,
    min: 1,
    max: 64,
    desc: 'sends to Kafka at the same time; each device always uses the same one',
  }),
  PRODUCER_MAX_RECORDS: integer({
    default: 1000,
    min: 1,
    max: 10_000,
    desc: 'most records that share a send',
  }),
  QUOTA_EVENTS_PER_SECOND: integer({
    default: 0,
    min: 0,
    max: 1_000_000,
    desc: 'readings per second that one device may send; 0: no quota',
  }),
  QUOTA_BURST: integer({
    default: 0,
    min: 0,
    max: 10_000_000,
    desc: 'readings that one device may send at once; 0: ten seconds of its quota',
  }),
  ...httpEnv(10_000),
  BODY_STALL_MS: integer({
    default: 10_000,
    min: 1000,
    max: 3_600_000,
    desc: 'a client that sends nothing of its body for so long is answered 408; sooner where others need the room',
  }),
  ...corsEnv,
  TLS_CERT_FILE: text({ default: '', desc: 'PEM certificate chain: the API serves HTTPS itself' }),
  TLS_KEY_FILE: text({ default: '', desc: 'PEM key of TLS_CERT_FILE' }),
};

export type IngestionConfig = ReturnType<typeof loadConfig<typeof ingestionEnv>>;

/** @throws ConfigError naming what is wrong */
export function ingestionConfig(env: NodeJS.ProcessEnv = process.env): IngestionConfig {
  const config = loadConfig(ingestionEnv, env);
  if (config.INGEST_BUFFER_BYTES < 2 * config.MAX_BATCH_BYTES)
    throw new ConfigError(
      `INGEST_BUFFER_BYTES is ${config.INGEST_BUFFER_BYTES} and MAX_BATCH_BYTES is ${config.MAX_BATCH_BYTES}; allowed: a buffer of at least twice a batch, ${2 * config.MAX_BATCH_BYTES}, or the largest batch never fits`,
    );
  return config;
}
