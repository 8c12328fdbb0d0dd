import fc from 'fast-check';
import type { Sensor } from '@iot/telemetry';
import type { Bounds, LoggedReading } from './oracle.js';

/** Two sensors with round bounds, one with a single bound and one with none. */
export const SENSORS: readonly Sensor[] = [
  { name: 'heat', unit: '°C', aliases: [], min: 0, max: 10 },
  { name: 'load', unit: 'A', aliases: [], min: null, max: 20 },
  { name: 'motion', unit: '', aliases: [], min: null, max: null },
];
export const MARGIN = 0.5;
export const BOUNDS: Bounds = { heat: [0, 10, 5], load: [-Infinity, 20, 10] };

const value = (...values: number[]) => fc.constantFrom(...values);

/**
 * A short log in which times repeat and run backwards, and values stand on, near and far beyond the
 * bounds.
 */
export const arbitraryLog = (
  devices: readonly string[],
  maxLength = 60,
  copies = true,
): fc.Arbitrary<LoggedReading[]> =>
  fc
    .array(
      fc.record({
        device: fc.constantFrom(...devices),
        step: fc.oneof(
          { weight: 3, arbitrary: fc.constant(1) },
          { weight: 1, arbitrary: fc.integer({ min: -3, max: 2 }) },
        ),
        copyOf: fc.oneof(
          { weight: 6, arbitrary: fc.constant(undefined) },
          { weight: 1, arbitrary: fc.nat(20) },
        ),
        values: fc
          .record(
            {
              heat: value(-9, -5, -1, 0, 5, 10, 11, 15, 16),
              load: value(-100, 20, 21, 30, 31),
              motion: value(0, 1),
            },
            { requiredKeys: [] },
          )
          .filter((values) => Object.keys(values).length > 0),
      }),
      { minLength: 1, maxLength },
    )
    .map((entries) => {
      const newest = new Map<string, number>();
      return entries.map(({ device, step, values, copyOf }, i) => {
        // A copy may say something else, of a later time too.
        const original =
          copies && copyOf !== undefined && copyOf < i && entries[copyOf]!.device === device
            ? copyOf
            : i;
        const ts = (newest.get(device) ?? 1000) + step;
        newest.set(device, Math.max(ts, newest.get(device) ?? 0));
        return { id: `e${original}`, device, ts, receivedAt: 5000 + i, values };
      });
    });
