import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { Committer } from './committer.js';

const RETRY = { firstMs: 5, maxMs: 10 };
const until = async (ask: () => boolean): Promise<void> => {
  for (let i = 0; i < 200 && !ask(); i++) await delay(5);
  expect(ask()).toBe(true);
};

describe('Committer', () => {
  let failing = 0;
  const tried: string[] = [];
  const consumer = {
    commitOffsets: async (offsets: { partition: number; offset: string }[] = []) => {
      const text = offsets.map(({ partition, offset }) => `${partition}:${offset}`).join(' ');
      tried.push(text);
      await delay(1);
      if (failing > 0 && failing--) throw new Error('coordinator not available');
    },
  };
  let committer: Committer;
  beforeEach(() => {
    failing = 0;
    tried.length = 0;
    committer = new Committer(consumer as never, pino({ level: 'silent' }), RETRY);
  });
  afterEach(() => committer.settled());

  it('tries again what failed, though nothing else is marked: an idle partition gets there', async () => {
    failing = 3;
    committer.mark('t', 0, '7');
    await until(() => tried.length === 4);
    await delay(30);
    expect(tried).toEqual(Array(4).fill('0:7'));
  });

  it('tries again with what was marked meanwhile, never with less', async () => {
    failing = 1;
    committer.mark('t', 0, '7');
    committer.mark('t', 1, '3');
    committer.mark('t', 0, '9');
    await until(() => tried.length >= 2);
    await committer.settled();
    expect(tried[0]).toBe('0:7');
    expect(tried.slice(1).join(' ').split(' ').sort()).toEqual(['0:9', '1:3']);
  });

  it('tries nothing again once a rebalance has taken the partitions', async () => {
    failing = 1;
    committer = new Committer(consumer as never, pino({ level: 'silent' }), {
      firstMs: 60_000,
      maxMs: 60_000,
    });
    committer.mark('t', 0, '7');
    await until(() => failing === 0);
    committer.forget();
    await delay(40);
    expect(tried).toEqual(['0:7']);
    committer.mark('t', 1, '1');
    await until(() => tried.length === 2);
    expect(tried[1]).toBe('1:1');
  });

  it('keeps nobody waiting at the end', async () => {
    failing = 1000;
    committer.mark('t', 0, '7');
    await until(() => tried.length >= 2);
    await committer.settled();
    const count = tried.length;
    await delay(40);
    expect(tried.slice(count)).toEqual([]);
  });
});
