export { Health, type CheckResult, type HealthCheck } from './health.js';
