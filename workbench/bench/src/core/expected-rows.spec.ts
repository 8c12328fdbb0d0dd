import { basePlanAt, readingAt, SENSORS } from './backlog-plan.js';
import { difference, expectedRows } from './expected-rows.js';

const NOW = Date.UTC(2026, 0, 15, 12);

describe('readingAt', () => {
  it('spaces the readings of a device evenly and ends at the given time', () => {
    const plan = { ...basePlanAt(NOW, 5000), devices: 10 };
    expect(readingAt(plan, 4999).ts).toBe(NOW);
    expect(readingAt(plan, 4989).ts).toBe(NOW - 1000);
    expect(readingAt(plan, 4989).device).toBe(readingAt(plan, 4999).device);
  });
  it('makes about the wanted part late, and the same readings again', () => {
    const plan = { ...basePlanAt(NOW, 10_000), late: 0.1 };
    const onTime = { ...plan, late: 0 };
    const late = Array.from({ length: plan.events }, (_, n) => n).filter(
      (n) => readingAt(plan, n).ts < readingAt(onTime, n).ts - 59_000,
    );
    expect(late.length / plan.events).toBeCloseTo(0.1, 1);
    expect(readingAt(plan, 77)).toEqual(readingAt(plan, 77));
  });
  it('violates no default threshold', () => {
    const plan = { ...basePlanAt(NOW, 2000), sensors: 5 };
    const limits = [
      [-10, 50],
      [0, 100],
      [200, 240],
      [0, 10],
      [900, 1100],
    ] as const;
    for (let n = 0; n < plan.events; n++)
      readingAt(plan, n).values.forEach((value, sensor) => {
        expect(value).toBeGreaterThanOrEqual(limits[sensor]![0]);
        expect(value).toBeLessThanOrEqual(limits[sensor]![1]);
      });
    expect(SENSORS).toHaveLength(20);
  });
});

describe('expectedRows', () => {
  it('folds every reading into one row of each window size and sensor', () => {
    const plan = { ...basePlanAt(NOW, 3000), devices: 3, sensors: 2, everyMs: 1000 };
    const { totals, rows, devices } = expectedRows(plan, ['1m', '1h']);
    expect(devices).toBe(3);
    expect([...totals.keys()]).toEqual([
      '1m|temperature_c',
      '1m|humidity',
      '1h|temperature_c',
      '1h|humidity',
    ]);
    for (const { count } of totals.values()) expect(count).toBe(3000);
    const minutes = [...rows].filter(([id]) => id.includes('|temperature_c|1m|'));
    expect(minutes).toHaveLength(totals.get('1m|temperature_c')!.rows);
    expect(minutes.reduce((sum, [, { count }]) => sum + count, 0)).toBe(3000);
  });
});

describe('difference', () => {
  const fold = { count: 2, sum: 3, min: 1, max: 2 };
  it('forgives a sum that rounding moved, and nothing else', () => {
    expect(difference('row', { ...fold, sum: 3 + 1e-10 }, fold)).toBeUndefined();
    expect(difference('row', { ...fold, sum: 3.0001 }, fold)).toBe(
      'row: sum is 3.0001 instead of 3',
    );
    expect(difference('row', { ...fold, count: 3 }, fold)).toBe('row: count is 3 instead of 2');
    expect(difference('row', undefined, fold)).toBe('row is missing');
  });
});
