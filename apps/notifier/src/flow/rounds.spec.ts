import { setTimeout as delay } from 'node:timers/promises';
import type { PostOffice } from './post-office.js';
import { Rounds } from './rounds.js';

/** An office whose rounds take a while, and may fail. */
class SlowOffice {
  rounds = 0;
  fails = 0;
  async round(): Promise<boolean> {
    this.rounds++;
    await delay(30);
    if (this.fails-- > 0) throw new Error('the database is away');
    return false;
  }
  settled = () => Promise.resolve();
}

let office: SlowOffice;
let rounds: Rounds;
beforeEach(() => {
  office = new SlowOffice();
  rounds = new Rounds(office as unknown as PostOffice, () => undefined);
  rounds.start();
});
afterEach(() => rounds.stop());

it('what becomes due during a round has one of its own soon', async () => {
  await delay(30);
  for (let i = 0; i < 20; i++) {
    const before = office.rounds;
    rounds.due(0);
    rounds.due(Date.now() + 5);
    await delay(100);
    expect(office.rounds).toBeGreaterThan(before);
  }
});

it('goes on after failures, without being asked', async () => {
  office.fails = 2;
  await delay(2500);
  expect(office.rounds).toBeGreaterThan(2);
  expect(() => rounds.check()).not.toThrow();
});

it('ends when it is told to', async () => {
  await rounds.stop();
  const { rounds: then } = office;
  rounds.due(0);
  await delay(50);
  expect(office.rounds).toBe(then);
});
