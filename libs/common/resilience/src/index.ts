export { jitteredBackoff, sleep } from './backoff.js';
export { ByteBudget } from './byte-budget.js';
