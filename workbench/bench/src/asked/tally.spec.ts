import { Tally } from './tally.js';

it('says what share was acknowledged, and how long answers took', () => {
  const tally = new Tally();
  for (let n = 0; n < 1000; n++) tally.add(n, n % 100 === 0 ? 502 : 202, n);
  tally.add(1000, 0, 5000);
  tally.addAgain(1000, 202);
  tally.addAgain(0, 503);
  expect(tally.others).toEqual({ 0: 1, 502: 10 });
  expect(tally.acknowledged).toHaveLength(991);
  expect(tally.sample(10)).toEqual({
    rate: 99,
    answered_202: (100 * 990) / 1001,
    answered_in_two: (100 * 991) / 1001,
    failed: 11,
    p50_ms: 500,
    p99_ms: 990,
    slowest_ms: 5000,
  });
});

it('takes no time of the first answers, and still counts them', () => {
  const tally = new Tally();
  tally.add(0, 202, undefined);
  tally.add(1, 503, undefined);
  tally.add(2, 202, 7);
  expect(tally.acknowledged).toEqual([0, 2]);
  const sample = tally.sample(1);
  expect(sample).toMatchObject({ rate: 1, failed: 1, p50_ms: 7, slowest_ms: 7 });
  expect(sample.answered_202).toBeCloseTo(66.7, 1);
});
