import { jest } from '@jest/globals';

// Tests on real servers and processes may meet a machine that is busy elsewhere: time for what
// takes milliseconds otherwise, hooks included, and one more try, with the first failure in the
// log.
jest.setTimeout(60_000);
jest.retryTimes(1, { logErrorsBeforeRetry: true });
