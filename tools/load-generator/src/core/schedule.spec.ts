import fc from 'fast-check';
import { PROFILES, Schedule, type Profile } from './schedule.js';

const dues = (rate: number, duration: number, ramp = 0, profile: Profile = 'steady'): number[] => {
  const schedule = new Schedule(rate, duration, ramp, profile);
  const all: number[] = [];
  for (let due = schedule.next(); due !== undefined; due = schedule.next()) all.push(due);
  return all;
};
const within = (all: readonly number[], from: number, to: number): number =>
  all.filter((due) => due >= from && due < to).length;

describe('Schedule', () => {
  it('sends the rate times the duration, evenly, when steady', () => {
    expect(dues(10, 1_000)).toHaveLength(10);
    for (const [index, due] of dues(10, 1_000).entries()) expect(due).toBeCloseTo(index * 100, 6);
  });

  it('has an exact count, in order, within the run, whatever the profile', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5_000 }),
        fc.integer({ min: 1, max: 30 }),
        (rate, tens) => {
          // Whole periods of the burst, and the one period of the day: the mean is the rate.
          for (const profile of PROFILES) {
            const duration = profile === 'burst' ? 10_000 : tens * 100;
            const all = dues(rate, duration, 0, profile);
            expect(Math.abs(all.length - (rate * duration) / 1000)).toBeLessThan(1);
            expect(all.every((due, index) => due >= (all[index - 1] ?? 0) && due < duration)).toBe(
              true,
            );
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it('is never off by one through rounding when the count is whole', () => {
    for (const rate of [1, 3, 7, 10, 30, 333, 999, 1000, 3000, 50_000])
      expect(dues(rate, 3_000)).toHaveLength(rate * 3);
  });

  it('ramps up in a straight line: half the readings of the ramp, a quarter of those in its first half', () => {
    const all = dues(1_000, 20_000, 10_000);
    expect(within(all, 0, 10_000)).toBeCloseTo(5_000, -1);
    expect(within(all, 0, 5_000)).toBeCloseTo(1_250, -1);
    expect(within(all, 10_000, 20_000)).toBeCloseTo(10_000, -1);
  });

  it('bursts: in the first second of ten more than half of what is sent', () => {
    const all = dues(100, 10_000, 0, 'burst');
    expect(within(all, 0, 1_000)).toBeGreaterThanOrEqual(549);
    expect(within(all, 1_000, 10_000)).toBeLessThanOrEqual(451);
  });

  it('has a night and a noon in the diurnal profile', () => {
    const all = dues(1_000, 10_000, 0, 'diurnal');
    expect(within(all, 4_500, 5_500) / within(all, 0, 500)).toBeGreaterThan(10);
  });
});
