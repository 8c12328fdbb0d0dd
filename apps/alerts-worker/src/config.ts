import { decimal, integer, kafkaEnv, loadConfig, mongoEnv, readingEnv, serviceEnv, thresholdEnv, workerEnv } from '@iot/common/config';
import { alertCatalogueFrom } from '@iot/common/telemetry';
import { compileThresholds } from './core/thresholds.js';

const spec = {
  ...serviceEnv(8004),
  ...kafkaEnv,
  ...mongoEnv,
  ...readingEnv,
  ...thresholdEnv,
  ...workerEnv('alerts-worker'),
  ALERT_CRITICAL_MARGIN: decimal({
    default: 0.1,
    min: 0,
    max: 1000,
    desc: 'an alert is critical when the value passes its bound by more than this fraction of max − min (of the bound itself where there is only one)',
  }),
  ALERT_CHECKPOINT_MS: integer({ default: 2000, min: 10, max: 600_000, desc: 'how often the state of changed devices is stored' }),
  ALERT_STATE_CACHE: integer({
    default: 200_000,
    min: 1000,
    max: 100_000_000,
    desc: 'devices whose alert state is held in memory at most',
  }),
  PARTITION_CONCURRENCY: integer({ default: 4, min: 1, max: 64, desc: 'partitions handled side by side' }),
};

/** The alerts worker's configuration: its environment, and what that means. */
export type Config = ReturnType<typeof config>;

/** @throws ConfigError naming every bad variable */
export function config(env: NodeJS.ProcessEnv = process.env) {
  const loaded = loadConfig(spec, env);
  return { ...loaded, thresholds: compileThresholds(alertCatalogueFrom(loaded).sensors, loaded.ALERT_CRITICAL_MARGIN) };
}

export { spec as environment };
