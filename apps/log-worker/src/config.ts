import {
  ConfigError,
  integer,
  kafkaEnv,
  loadConfig,
  mongoEnv,
  serviceEnv,
  workerEnv,
} from '@iot/config';

const { LOGS_LINES_PER_SECOND: _, ...ownService } = serviceEnv('log-worker');

/** The variables of the log worker, which sends no lines of its own. */
export const logEnv = {
  ...ownService,
  ...kafkaEnv,
  ...mongoEnv,
  ...workerEnv('log-worker'),
  LOGS_RETENTION_DAYS: integer({
    default: 7,
    min: 1,
    max: 3650,
    desc: 'days that lines of logs are kept',
  }),
  LOGS_MAX_BYTES: integer({
    default: 2_147_483_648,
    min: 1_048_576,
    desc: 'bytes of lines that are kept, uncompressed; of more the oldest are removed',
  }),
  PARTITION_CONCURRENCY: integer({
    default: 4,
    min: 1,
    max: 64,
    desc: 'partitions handled side by side',
  }),
};

export type LogConfig = ReturnType<typeof logConfig>;

/** @throws ConfigError naming every bad variable */
export function logConfig(env: NodeJS.ProcessEnv = process.env) {
  const loaded = loadConfig(logEnv, env);
  if (loaded.LOGS_TOPIC === '')
    throw new ConfigError('LOGS_TOPIC is ""; allowed: the topic that the other services write to');
  return loaded;
}
