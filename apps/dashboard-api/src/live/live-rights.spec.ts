import type { Principal } from '@iot/access';
import { jest } from '@jest/globals';
import { LiveRights } from './live-rights.js';

const ada: Principal = { kind: 'user', id: 'ada', name: 'ada', role: 'viewer', session: 's1' };
const bob: Principal = { kind: 'user', id: 'bob', name: 'bob', role: 'viewer', session: 's2' };

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

function rights() {
  const gone = new Set<string>();
  const ended = jest.fn((whom: Iterable<Principal>) =>
    Promise.resolve(new Set([...whom].filter(({ session }) => gone.has(session!)))),
  );
  const warn = jest.fn();
  return { gone, ended, warn, of: new LiveRights({ ended }, { warn }) };
}

it('ends each stream of who may not watch any more, within two seconds, and no other', async () => {
  const { gone, ended, of } = rights();
  const [one, two, other] = [jest.fn(), jest.fn(), jest.fn()];
  of.watch(ada, one);
  of.watch(ada, two);
  of.watch(bob, other);
  await jest.advanceTimersByTimeAsync(5000);
  expect([one, two, other].map(({ mock }) => mock.calls.length)).toEqual([0, 0, 0]);
  expect(ended).toHaveBeenCalledTimes(5);
  gone.add('s1');
  await jest.advanceTimersByTimeAsync(2000);
  expect(one).toHaveBeenCalled();
  expect(two).toHaveBeenCalled();
  expect(other).not.toHaveBeenCalled();
});

it('asks nobody while nobody watches, nor where AUTH is off', async () => {
  const { ended, of } = rights();
  const leave = of.watch(ada, () => undefined);
  leave();
  await jest.advanceTimersByTimeAsync(10_000);
  expect(ended.mock.calls.length).toBeLessThan(2);
  new LiveRights(undefined, { warn: () => undefined }).watch(ada, () => undefined);
  expect(jest.getTimerCount()).toBe(0);
});

it('goes on while the database does not answer, says so once, and looks again', async () => {
  const { gone, ended, warn, of } = rights();
  const end = jest.fn();
  of.watch(ada, end);
  gone.add('s1');
  ended.mockRejectedValueOnce(new Error('away')).mockRejectedValueOnce(new Error('away'));
  await jest.advanceTimersByTimeAsync(2000);
  expect([end.mock.calls.length, warn.mock.calls.length]).toEqual([0, 1]);
  await jest.advanceTimersByTimeAsync(1000);
  expect(end).toHaveBeenCalled();
});
