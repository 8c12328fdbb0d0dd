export { Health, type CheckResult, type HealthCheck } from './health.js';
export { healthMetrics } from './health-metrics.js';
