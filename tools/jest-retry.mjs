import { jest } from '@jest/globals';

// Tests on real servers and processes may meet a machine that is busy elsewhere: one more try, with the first failure in the log.
jest.retryTimes(1, { logErrorsBeforeRetry: true });
