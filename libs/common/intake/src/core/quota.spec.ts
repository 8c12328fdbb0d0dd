import fc from 'fast-check';
import { Quota } from './quota.js';

describe('Quota', () => {
  it('lets a burst through, then says when to come again', () => {
    const quota = new Quota(2, 3);
    expect([0, 0, 0, 0].map(() => quota.take('d', 1000))).toEqual([0, 0, 0, 1]);
    expect(quota.take('d', 1400)).toBe(1);
    expect(quota.take('d', 1500)).toBe(0);
    expect(quota.take('d', 1501)).toBe(1);
  });

  it('keeps devices apart', () => {
    const quota = new Quota(1, 1);
    expect([quota.take('a', 0), quota.take('b', 0), quota.take('a', 0)]).toEqual([0, 0, 1]);
  });

  it('says more than a second where the rate is low', () => {
    const quota = new Quota(0.1, 1);
    quota.take('d', 0);
    expect(quota.take('d', 0)).toBe(10);
    expect(quota.take('d', 10_000)).toBe(0);
  });

  it('is not confused by a clock that goes back', () => {
    const quota = new Quota(1, 1);
    quota.take('d', 10_000);
    expect(quota.take('d', 0)).toBe(1);
  });

  it('never lets through more than burst + rate · time', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 30 }),
        fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 200 }),
        (rate, burst, gaps) => {
          const quota = new Quota(rate, burst);
          let now = 0;
          let taken = 0;
          for (const gap of gaps) {
            now += gap;
            if (quota.take('d', now) === 0) taken++;
            expect(taken).toBeLessThanOrEqual(burst + (rate * now) / 1000 + 1e-6);
          }
        },
      ),
    );
  });

  it('forgets devices whose bucket is full again', () => {
    const quota = new Quota(1, 1);
    for (let i = 0; i < 10_000; i++) quota.take(`d${i}`, 0);
    for (let i = 0; i < 100; i++) quota.take(`late${i}`, 2000);
    expect(quota.devices).toBe(100);
  });
});
