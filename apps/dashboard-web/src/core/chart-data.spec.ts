import fc from 'fast-check';
import { ofReadings, ofRollups } from './chart-data.js';

const iso = (ms: number): string => new Date(ms).toISOString();
const row = (minute: number, average: number) => ({
  ...{ timestamp: iso(minute * 60_000), average, min: average - 1, max: average + 1 },
});

describe('points of a chart', () => {
  it('stand in the middle of their windows, in order, with gaps where windows are missing', () => {
    expect(ofRollups([row(10, 3), row(1, 2), row(0, 1)], 60_000)).toEqual([
      [30, 90, 120, 630],
      [1, 2, null, 3],
      [0, 1, null, 2],
      [2, 3, null, 4],
    ]);
  });

  it('of readings stand at their times, each once', () => {
    const readings = [
      { ts: iso(2000), value: 2 },
      { ts: iso(1000), value: 1 },
      { ts: iso(2000), value: 3 },
      { ts: null, value: 9 },
    ];
    expect(ofReadings(readings).slice(0, 2)).toEqual([
      [1, 2],
      [1, 3],
    ]);
  });

  it('never go back in time, and have as many of each', () => {
    const minutes = fc.uniqueArray(fc.nat(300));
    fc.assert(
      fc.property(minutes, (given) => {
        const data = ofRollups(
          given.map((minute) => row(minute, minute)),
          60_000,
        );
        const [seconds] = data;
        expect(new Set(data.map(({ length }) => length)).size).toBe(1);
        for (let i = 1; i < seconds.length; i++)
          expect(seconds[i]).toBeGreaterThan(seconds[i - 1]!);
      }),
    );
  });
});
