import { integer, kafkaEnv, loadConfig, readingEnv, serviceEnv, workerEnv } from '@iot/config';

/** The variables of the logic worker. */
export const logicEnv = {
  ...serviceEnv('logic-worker'),
  ...kafkaEnv,
  ...readingEnv,
  ...workerEnv('logic-worker'),
  PARTITION_CONCURRENCY: integer({
    default: 4,
    min: 1,
    max: 64,
    desc: 'partitions handled side by side',
  }),
};

export type LogicConfig = ReturnType<typeof logicConfig>;

/** @throws ConfigError naming every bad variable */
export const logicConfig = (env: NodeJS.ProcessEnv = process.env) => loadConfig(logicEnv, env);
