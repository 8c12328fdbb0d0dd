import { setTimeout as delay } from 'node:timers/promises';
import { Cached } from './cached.js';

describe('Cached', () => {
  let now: number;
  let asked: number;
  let answer: () => Promise<number>;
  const cached = (patienceMs = 1000) =>
    new Cached(
      () => (asked++, answer()),
      5000,
      patienceMs,
      () => now,
    );

  beforeEach(() => {
    [now, asked] = [0, 0];
    answer = async () => asked;
  });

  it('asks once for all who ask within a while, and again after it', async () => {
    const of = cached();
    expect(await Promise.all([of.get(), of.get()])).toEqual([1, 1]);
    now = 4999;
    expect(await of.get()).toBe(1);
    now = 5000;
    expect(await of.get()).toBe(2);
  });

  it('keeps a failure as long as an answer', async () => {
    const of = cached();
    answer = () => Promise.reject(new Error('no'));
    await expect(of.get()).rejects.toThrow('no');
    answer = async () => 7;
    await expect(of.get()).rejects.toThrow('no');
    now = 5000;
    expect(await of.get()).toBe(7);
  });

  it('waits for so long, does not ask a second time meanwhile, and takes the answer when it comes', async () => {
    let come!: (value: number) => void;
    answer = () => new Promise((resolve) => (come = resolve));
    const of = cached(30);
    await expect(of.get()).rejects.toThrow('no answer within 30 ms');
    now = 9999;
    await expect(of.get()).rejects.toThrow('no answer within 30 ms');
    expect(asked).toBe(1);
    come(3);
    await delay(1);
    now = 4000;
    expect(await of.get()).toBe(3);
  });
});
