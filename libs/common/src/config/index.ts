export { ConfigError, decimal, flag, integer, list, loadConfig, oneOf, text, type EnvSpec } from './env.js';
export {
  corsEnv,
  httpEnv,
  kafkaEnv,
  kubernetesEnv,
  mongoEnv,
  readingEnv,
  serviceEnv,
  telemetryGroupsEnv,
  thresholdEnv,
  workerEnv,
} from './variables.js';
