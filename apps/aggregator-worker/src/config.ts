import {
  ConfigError,
  integer,
  kafkaEnv,
  loadConfig,
  mongoEnv,
  readingEnv,
  serviceEnv,
  windowEnv,
  workerEnv,
} from '@iot/config';
import { configurationFault, rollupsFrom } from '@iot/rollup';

/** The environment of the aggregator. */
export const aggregatorEnv = {
  ...serviceEnv('aggregator-worker'),
  ...kafkaEnv,
  ...mongoEnv,
  ...readingEnv,
  ...workerEnv('aggregator-worker'),
  ...windowEnv,
  ROW_CACHE_ROWS: integer({
    default: 400_000,
    min: 1000,
    max: 100_000_000,
    desc: 'rollup rows held in memory at most',
  }),
  DEVICE_CACHE: integer({
    default: 100_000,
    min: 100,
    max: 10_000_000,
    desc: 'device summaries held in memory at most',
  }),
  LARGER_WINDOWS_WRITE_MS: integer({
    default: 20_000,
    min: 10,
    max: 60_000,
    desc: 'how long changes of rows that are fed from smaller windows, such as 1h and 1d, are gathered at most before they are written',
  }),
  PARTITION_CONCURRENCY: integer({
    default: 4,
    min: 1,
    max: 64,
    desc: 'partitions handled side by side',
  }),
};

/** The aggregator's configuration: its environment, and what that means. */
export type AggregatorConfig = ReturnType<typeof aggregatorConfig>;

/** @throws ConfigError naming every bad variable */
export function aggregatorConfig(env: NodeJS.ProcessEnv = process.env) {
  const loaded = loadConfig(aggregatorEnv, env);
  const rollups = rollupsFrom(loaded);
  const fault = configurationFault(rollups);
  const given = {
    WINDOWS: loaded.WINDOWS,
    ROLLUP_RETENTION: loaded.ROLLUP_RETENTION,
    RAW_RETENTION_DAYS: [loaded.RAW_RETENTION_DAYS],
  };
  const named = Object.entries(given).map(([name, value]) => `${name} is "${value.join(',')}"`);
  if (fault !== undefined)
    throw new ConfigError(`${named.join(' and ')}; allowed: not these together, as ${fault}`);
  return { ...loaded, ...rollups };
}
