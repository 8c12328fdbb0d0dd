export { BackendUnavailable } from './backend-unavailable.js';
export { jitteredBackoff, sleep } from './backoff.js';
export { ByteBudget } from './byte-budget.js';
export { DeadlineExceeded, withinDeadline } from './deadline.js';
export { Recurring } from './recurring.js';
