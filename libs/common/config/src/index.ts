export {
  ConfigError,
  decimal,
  flag,
  integer,
  list,
  loadConfig,
  oneOf,
  text,
  type EnvSpec,
} from './env.js';
export { mongoUrlLine, shownMongoUrl } from './mongo-url.js';
export { certificateProblem } from './pem-rules.js';
export { logsTopicEnv } from './logs-variables.js';
export { tracesEnv } from './traces-variables.js';
export { topicName } from './topic-name.js';
export { isLoopback } from './auth-rule.js';
export {
  authEnv,
  corsEnv,
  groupName,
  httpEnv,
  kafkaEnv,
  kubernetesEnv,
  mongoEnv,
  readingEnv,
  serviceEnv,
  telemetryGroupsEnv,
  windowEnv,
  workerEnv,
} from './variables.js';
