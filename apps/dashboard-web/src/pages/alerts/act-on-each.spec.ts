import { ApiError } from '../../api/ask.js';
import { actOnEach, outcomeText } from './act-on-each.js';

describe('acting on several', () => {
  it('goes on where one fails, and counts who was second', async () => {
    const act = (n: number): Promise<unknown> =>
      n === 1
        ? Promise.reject(new ApiError(409, 'it is acknowledged'))
        : n === 2 || n === 3
          ? Promise.reject(new ApiError(503, 'The database does not answer.'))
          : Promise.resolve(n === 5 ? 'before' : n);
    const outcome = await actOnEach([0, 1, 2, 3, 4, 5], act);
    expect(outcome).toEqual({ done: 2, before: 2, failed: ['The database does not answer.'] });
    expect(outcomeText('acknowledged', outcome)).toBe(
      '2 acknowledged. 2 changed before: somebody else was first. The database does not answer.',
    );
  });

  it('does a few at a time', async () => {
    let [now, most] = [0, 0];
    await actOnEach([...Array(20).keys()], async () => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 1));
      now--;
    });
    expect(most).toBe(4);
  });
});
