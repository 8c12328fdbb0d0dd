import fc from 'fast-check';
import { parseWindows, windowStart } from '@iot/rollup';
import type { Reading } from '@iot/telemetry';
import type { InsertOutcome } from './event.js';
import { RowCache } from './row-cache.js';
import { TouchedRows } from './touched-rows.js';

const windows = parseWindows(['1m', '7m', '1h', '1d']);
const reading = fc.record({
  eventId: fc.uuid(),
  deviceId: fc.constantFrom('a', 'b'),
  ts: fc.integer({ min: -90_000_000, max: 90_000_000 }),
  values: fc.dictionary(
    fc.constantFrom('humidity', 'pressure', 'voltage'),
    fc.integer({ min: -100, max: 100 }),
    { minKeys: 1 },
  ),
}) as fc.Arbitrary<Reading>;

const outcome = fc.constantFrom<InsertOutcome>('new', 'replayed', 'duplicate', {
  refused: 'too large',
});

it('folds exactly the added readings into every window size', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(reading, outcome), { maxLength: 40 }), (entries) => {
      const touched = new TouchedRows(
        windows,
        entries.map(([one]) => ({ reading: one })),
        new RowCache(1000, windows.length),
      );
      touched.settle(entries.map(([, what]) => what));
      for (const { window, rows } of touched.levels)
        for (const { key, delta, inDoubt } of rows) {
          const mine = entries.filter(
            ([r]) =>
              r.deviceId === key.deviceId &&
              r.values[key.sensorType] !== undefined &&
              windowStart(r.ts, window.ms) === key.start,
          );
          const values = mine
            .filter(([, what]) => what === 'new')
            .map(([r]) => r.values[key.sensorType]!);
          expect(delta).toEqual({
            count: values.length,
            sum: values.reduce((a, b) => a + b, 0),
            min: Math.min(...values),
            max: Math.max(...values),
          });
          expect(inDoubt).toBe(mine.some(([, what]) => what === 'replayed'));
          expect(mine.length).toBeGreaterThan(0);
        }
      const ids = touched.levels.flatMap(({ rows }) => rows.map(({ key }) => key.id));
      expect(new Set(ids).size).toBe(ids.length);
      const expected = new Set(
        entries.flatMap(([r]) =>
          Object.keys(r.values).flatMap((s) =>
            windows.map((w) => `${r.deviceId}|${s}|${w.label}|${windowStart(r.ts, w.ms)}`),
          ),
        ),
      );
      expect(new Set(ids)).toEqual(expected);
    }),
  );
});
