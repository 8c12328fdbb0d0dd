import fc from 'fast-check';
import { parseWindows, rowKey, type Row } from '@iot/rollup';
import { RowCache, type CachedSeries } from './row-cache.js';

const windows = parseWindows(['1m', '1h']);
const key = (device: string, sensor: string, level: number, n: number) =>
  rowKey(device, sensor, windows[level]!, n * windows[level]!.ms);
const row = (version: number): Row => ({ version, count: 1, sum: 1, min: 1, max: 1 });

describe('the row cache', () => {
  it('never gives a row that was not the last one set, and none that was deleted', () => {
    const step = fc.record({
      what: fc.constantFrom('set', 'get', 'delete'),
      device: fc.constantFrom('a', 'b', 'c', 'd'),
      sensor: fc.constantFrom('x', 'y'),
      level: fc.constantFrom(0, 1),
      n: fc.nat(4),
      /** Whether the handle is one that was got earlier. */
      old: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 200 }),
        fc.integer({ min: 1, max: 40 }),
        (steps, capacity) => {
          const cache = new RowCache(capacity, windows.length);
          const model = new Map<string, number>();
          const handles = new Map<string, CachedSeries>();
          steps.forEach(({ what, device, sensor, level, n, old }, i) => {
            const name = `${device}|${sensor}`;
            const series =
              old && handles.has(name) ? handles.get(name)! : cache.series(device, sensor);
            if (!handles.has(name) || i % 3 === 0) handles.set(name, series);
            const which = key(device, sensor, level, n);
            if (what === 'set') {
              cache.set(series, level, which, row(i + 1));
              model.set(which.id, i + 1);
            } else if (what === 'delete') {
              cache.delete(series, level, which);
              model.delete(which.id);
            } else {
              const held = cache.get(series, level, which);
              if (held) expect(held.version).toBe(model.get(which.id));
            }
          });
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('holds the newest row of each window size, and late ones too', () => {
    const cache = new RowCache(100, windows.length);
    const series = cache.series('d', 'x');
    for (let n = 0; n < 5; n++) cache.set(series, 0, key('d', 'x', 0, n), row(n + 1));
    cache.set(series, 1, key('d', 'x', 1, 0), row(9));
    cache.set(series, 0, key('d', 'x', 0, 2), row(22));
    const again = cache.series('d', 'x');
    expect(cache.get(again, 0, key('d', 'x', 0, 4))?.version).toBe(5);
    expect(cache.get(again, 1, key('d', 'x', 1, 0))?.version).toBe(9);
    expect(cache.get(again, 0, key('d', 'x', 0, 2))?.version).toBe(22);
    expect(cache.get(again, 0, key('d', 'x', 0, 5))).toBeUndefined();
  });

  it('keeps within its capacity, and keeps the devices that are heard', () => {
    const CAPACITY = 400;
    const cache = new RowCache(CAPACITY, windows.length);
    cache.set(cache.series('hot', 'x'), 0, key('hot', 'x', 0, 0), row(7));
    for (let i = 0; i < 5000; i++) {
      for (const n of [3, 1])
        cache.set(cache.series(`d${i}`, 'x'), 0, key(`d${i}`, 'x', 0, n), row(1));
      if (i % 20 === 0)
        expect(cache.get(cache.series('hot', 'x'), 0, key('hot', 'x', 0, 0))?.version).toBe(7);
      expect(cache.size).toBeLessThanOrEqual(CAPACITY);
    }
    expect(cache.get(cache.series('d0', 'x'), 0, key('d0', 'x', 0, 3))).toBeUndefined();
    expect(cache.get(cache.series('d4999', 'x'), 0, key('d4999', 'x', 0, 3))).toBeDefined();
  });

  it('forgets everything', () => {
    const cache = new RowCache(100, windows.length);
    cache.set(cache.series('d', 'x'), 0, key('d', 'x', 0, 0), row(1));
    cache.clear();
    expect(cache.get(cache.series('d', 'x'), 0, key('d', 'x', 0, 0))).toBeUndefined();
  });
});
