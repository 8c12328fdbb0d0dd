export { ConfigError, decimal, flag, integer, list, loadConfig, oneOf, text, type EnvSpec } from './env.js';
export { kafkaEnv, mongoEnv, readingEnv, serviceEnv, thresholdEnv, workerEnv } from './variables.js';
