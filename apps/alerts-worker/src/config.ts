import { alertsTopicEnv } from '@iot/alerting';
import {
  integer,
  kafkaEnv,
  kubernetesEnv,
  loadConfig,
  mongoEnv,
  readingEnv,
  serviceEnv,
  text,
  workerEnv,
} from '@iot/config';
import { catalogueFrom } from '@iot/telemetry';
import { rulesFromFile } from './input/rules-file.js';
import { ThresholdVariables, thresholdVariables } from './threshold-variables.js';

/** The environment of the alerts worker. */
export const alertsEnv = {
  ...serviceEnv('alerts-worker'),
  ...kafkaEnv,
  ...mongoEnv,
  ...readingEnv,
  ...thresholdVariables,
  ...kubernetesEnv,
  THRESHOLDS_CONFIGMAP: text({
    default: '',
    pattern: /^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?)?$/,
    allowed: 'the name of a ConfigMap',
    desc: 'ConfigMap in KUBERNETES_NAMESPACE whose thresholds take effect without a restart; empty: none is watched',
  }),
  ...alertsTopicEnv,
  ALERT_RULES_FILE: text({
    default: '',
    desc: 'JSON file with alert rules, which are stored at the start; those that it no longer has are deleted',
  }),
  ...workerEnv('alerts-worker'),
  ALERT_CHECKPOINT_MS: integer({
    default: 2000,
    min: 10,
    max: 600_000,
    desc: 'how often the state of changed devices is stored',
  }),
  ALERT_STATE_CACHE: integer({
    default: 200_000,
    min: 1000,
    max: 100_000_000,
    desc: 'devices whose alert state is held in memory at most',
  }),
  PARTITION_CONCURRENCY: integer({
    default: 4,
    min: 1,
    max: 64,
    desc: 'partitions handled side by side',
  }),
};

/** The alerts worker's configuration: its environment, and what that means. */
export type AlertsConfig = ReturnType<typeof alertsConfig>;

/** @throws ConfigError naming every bad variable */
export function alertsConfig(env: NodeJS.ProcessEnv = process.env) {
  const loaded = loadConfig(alertsEnv, env);
  const catalogue = catalogueFrom(loaded);
  const variables = new ThresholdVariables(catalogue, env);
  const units = new Map(catalogue.sensors.map(({ name, unit }) => [name, unit]));
  return {
    ...loaded,
    thresholds: variables.fromEnvironment(),
    thresholdVariables: variables,
    units,
    fileRules: rulesFromFile(loaded.ALERT_RULES_FILE, new Set(units.keys())),
  };
}
