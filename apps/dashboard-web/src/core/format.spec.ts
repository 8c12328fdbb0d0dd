import fc from 'fast-check';
import { ago, count, duration, measured, moment, rate, sensorLabel, shortened } from './format.js';

describe('texts', () => {
  it.each([
    [count(1204554), '1,204,554'],
    [count(null), '–'],
    [measured(21.456), '21.46'],
    [measured(1013.24), '1,013'],
    [measured(229.84), '229.8'],
    [measured(0), '0'],
    [measured(1e308), '1.00e+308'],
    [measured(-4e-7), '-4.00e-7'],
    [measured(NaN), '–'],
    [rate(0), '0'],
    [rate(0.44), '0.4'],
    [rate(1999.6), '2,000'],
    [rate(undefined), '–'],
    [duration(12_400), '12 s'],
    [duration(59_999), '1 min'],
    [duration(3_600_000 * 26), '1 d'],
    [duration(-5), '0 s'],
    [ago(1000, 1500), 'now'],
    [ago(0, 61_000), '1 min ago'],
    [moment(0, 'UTC'), '1970-01-01 00:00:00'],
    [moment(NaN, 'UTC'), '–'],
    [moment(9e15, 'UTC'), '–'],
    [sensorLabel('temperature_c'), 'temperature'],
    [sensorLabel('flow_rate'), 'flow rate'],
    [sensorLabel(null), 'device'],
    [shortened('abcdef', 4), 'abc…'],
    [shortened('abc', 4), 'abc'],
  ])('%s', (is, should) => expect(is).toBe(should));

  it('take every number, in a few characters', () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        for (const text of [measured(value), duration(value), moment(value, 'UTC')])
          expect(text.length).toBeLessThan(32);
      }),
    );
  });
});
