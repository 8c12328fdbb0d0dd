import { jest } from '@jest/globals';
import { DeadlineExceeded, withinDeadline } from './deadline.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

describe('withinDeadline', () => {
  it('gives the outcome of what ends in time, and leaves no timer behind', async () => {
    expect(await withinDeadline(1000, Promise.resolve('done'))).toBe('done');
    await expect(withinDeadline(1000, Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(jest.getTimerCount()).toBe(0);
  });

  it('waits no longer than that, and then does not care what becomes of it', async () => {
    let fail: (error: Error) => void = () => undefined;
    const late = withinDeadline(1000, new Promise((_, reject) => (fail = reject)));
    const told = expect(late).rejects.toEqual(new DeadlineExceeded('no answer within 1000 ms'));
    await jest.advanceTimersByTimeAsync(1000);
    await told;
    fail(new Error('too late'));
  });
});
