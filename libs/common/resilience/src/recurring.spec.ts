import { setTimeout as delay } from 'node:timers/promises';
import { Recurring } from './recurring.js';

const nothing = (): void => undefined;

it('does its work again and again, never twice at once, and ends with it', async () => {
  let [begun, ended, most] = [0, 0, 0];
  const recurring = new Recurring(
    async () => {
      most = Math.max(most, ++begun - ended);
      await delay(5);
      ended++;
    },
    1,
    nothing,
  );
  recurring.start();
  while (ended < 3) await delay(1);
  await recurring.stop();
  const atStop = begun;
  expect([most, ended]).toEqual([1, begun]);
  await delay(10);
  expect(begun).toBe(atStop);
});

it('goes on after failures, and tells of the first and of one in thirty', async () => {
  const told: string[] = [];
  let calls = 0;
  const work = (): Promise<void> =>
    ++calls === 32 ? Promise.resolve() : Promise.reject(new Error(`failure ${calls}`));
  const recurring = new Recurring(work, 60_000, ({ message }) => told.push(message));
  for (let i = 0; i < 33; i++) {
    recurring.now();
    await recurring.stop();
  }
  expect(told).toEqual(['failure 1', 'failure 31', 'failure 33']);
});
