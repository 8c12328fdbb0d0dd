import {
  authEnv,
  corsEnv,
  httpEnv,
  integer,
  kafkaEnv,
  loadConfig,
  readingEnv,
  serviceEnv,
  text,
} from '@iot/config';
import { credentialsEnv } from '@iot/credentials';
import { checkBuffer, intakeEnv, mqttTopicsEnv } from '@iot/intake';

/** The environment of the ingestion API. */
export const ingestionEnv = {
  ...serviceEnv('ingestion-api'),
  ...kafkaEnv,
  ...readingEnv,
  ...intakeEnv,
  ...httpEnv(10_000),
  BODY_STALL_MS: integer({
    default: 10_000,
    min: 1000,
    max: 3_600_000,
    desc: 'a client that sends nothing of its body for so long is answered 408; sooner where others need the room',
  }),
  ...corsEnv,
  ...authEnv,
  ...credentialsEnv,
  ...mqttTopicsEnv,
  TLS_CERT_FILE: text({ default: '', desc: 'PEM certificate chain: the API serves HTTPS itself' }),
  TLS_KEY_FILE: text({ default: '', desc: 'PEM key of TLS_CERT_FILE' }),
};

export type IngestionConfig = ReturnType<typeof loadConfig<typeof ingestionEnv>>;

/** @throws ConfigError naming what is wrong */
export function ingestionConfig(env: NodeJS.ProcessEnv = process.env): IngestionConfig {
  const config = loadConfig(ingestionEnv, env);
  checkBuffer(config);
  return config;
}
