import {
  integer,
  kafkaEnv,
  loadConfig,
  mongoEnv,
  readingEnv,
  serviceEnv,
  workerEnv,
} from '@iot/config';
import { logicLimitsEnv, resultsTopicEnv } from '@iot/logic';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** The variables of the logic worker. */
export const logicEnv = {
  ...serviceEnv('logic-worker'),
  ...kafkaEnv,
  ...mongoEnv,
  ...readingEnv,
  ...workerEnv('logic-worker'),
  PARTITION_CONCURRENCY: integer({
    default: 4,
    min: 1,
    max: 64,
    desc: 'partitions handled side by side',
  }),
  ...resultsTopicEnv,
  LOGIC_POLL_MS: integer({
    default: 2000,
    min: 100,
    max: MINUTE_MS,
    desc: 'how often the database is asked whether a program has changed',
  }),
  LOGIC_PROCESSES: integer({
    default: 1,
    min: 1,
    max: 64,
    desc: 'processes that run programs',
  }),
  LOGIC_STATE_CACHE_BYTES: integer({
    default: 128 * 1024 * 1024,
    min: 1024 * 1024,
    max: 64 * 1024 * 1024 * 1024,
    desc: 'states of machines held in memory at most',
  }),
  LOGIC_FAILURES: integer({
    default: 5,
    min: 1,
    max: 1000,
    desc: 'failures within LOGIC_FAILURES_WINDOW_MS after which a program is held for a machine',
  }),
  LOGIC_FAILURES_WINDOW_MS: integer({
    default: MINUTE_MS,
    min: 1000,
    max: DAY_MS,
    desc: 'time within which the failures of a machine’s program count together',
  }),
  LOGIC_HOLD_MS: integer({
    default: MINUTE_MS,
    min: 100,
    max: DAY_MS,
    desc: 'how long a program is held at first; twice as long each time it fails again',
  }),
  LOGIC_HOLD_MAX_MS: integer({
    default: 60 * MINUTE_MS,
    min: 100,
    max: 30 * DAY_MS,
    desc: 'how long a program is held at most before it is tried again',
  }),
  ...logicLimitsEnv,
};

export type LogicConfig = ReturnType<typeof logicConfig>;

/** @throws ConfigError naming every bad variable */
export const logicConfig = (env: NodeJS.ProcessEnv = process.env) => loadConfig(logicEnv, env);
