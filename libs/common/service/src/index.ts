export { createLogger, endWith, type Logger } from './logger.js';
export { refuseForeign, type OpenConfig, type Refuse } from './foreign-requests.js';
export { httpLimits, serverOptions, type HttpConfig } from './http-limits.js';
export { PROBLEM_SCHEMA, serveOpenApi } from './openapi.js';
export { problem, ProblemError, problemJson, sendProblem, type Problem } from './problem.js';
export { ProblemFilter } from './problem-filter.js';
export {
  createService,
  runService,
  VERSION,
  type RunConfig,
  type ServiceDefinition,
} from './run.js';
export { LOGGER, SERVICE_INFO, type ServiceInfo } from './tokens.js';
