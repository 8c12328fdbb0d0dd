import { BUILT_IN_SENSORS } from '@iot/telemetry';
import { compileThresholds } from './thresholds.js';

const bounds = (min: number | null, max: number | null, margin = 0.1) =>
  compileThresholds([{ name: 'x', unit: '', aliases: [], min, max }], margin).get('x');

describe('compileThresholds', () => {
  it('makes values critical that pass a bound by more than a fraction of the range', () => {
    expect(bounds(200, 240)).toMatchObject({
      min: 200,
      max: 240,
      criticalBelow: 196,
      criticalAbove: 244,
    });
    expect(bounds(-10, 50, 0)).toMatchObject({ criticalBelow: -10, criticalAbove: 50 });
  });

  it('takes the size of the bound where there is only one', () => {
    expect(bounds(null, 80)).toMatchObject({
      min: -Infinity,
      max: 80,
      criticalBelow: -Infinity,
      criticalAbove: 88,
    });
    expect(bounds(-20, null)).toMatchObject({
      min: -20,
      max: Infinity,
      criticalBelow: -22,
      criticalAbove: Infinity,
    });
  });

  it('leaves sensors without a bound out and numbers the others without a gap', () => {
    const thresholds = compileThresholds(
      [
        { name: 'motion', unit: '', aliases: [], min: null, max: null },
        ...BUILT_IN_SENSORS.slice(0, 5),
      ],
      0.1,
    );
    expect([...thresholds.values()].map(({ index, sensor }) => [index, sensor])).toEqual([
      [0, 'temperature_c'],
      [1, 'humidity'],
      [2, 'voltage'],
      [3, 'current'],
      [4, 'pressure'],
    ]);
  });
});
