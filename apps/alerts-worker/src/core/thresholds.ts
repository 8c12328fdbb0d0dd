import type { Sensor } from '@iot/telemetry';

/**
 * The bounds of one sensor, ready to compare with. A bound that the sensor does not have is
 * infinite.
 */
export interface Threshold {
  /** Index of the sensor in {@link Thresholds}; 0, 1, 2 … */
  readonly index: number;
  readonly sensor: string;
  readonly unit: string;
  readonly min: number;
  readonly max: number;
  /** Values beyond these are critical. */
  readonly criticalBelow: number;
  readonly criticalAbove: number;
}

/** By sensor name; sensors without any bound are not in it. */
export type Thresholds = ReadonlyMap<string, Threshold>;

/**
 * @param criticalMargin an alert is critical when the value passes its bound by more than this
 *   fraction of the range max − min; where the
 *   sensor has one bound only, of the size of that bound
 */
export function compileThresholds(sensors: readonly Sensor[], criticalMargin: number): Thresholds {
  const bounded = sensors.filter(({ min, max }) => min !== null || max !== null);
  return new Map(
    bounded.map(({ name, unit, min, max }, index): [string, Threshold] => {
      const margin =
        criticalMargin * (min !== null && max !== null ? max - min : Math.abs(min ?? max!));
      const low = min ?? -Infinity;
      const high = max ?? Infinity;
      return [
        name,
        {
          index,
          sensor: name,
          unit,
          min: low,
          max: high,
          criticalBelow: low - margin,
          criticalAbove: high + margin,
        },
      ];
    }),
  );
}

/** Whether these are the same sensors at the same indexes: device states are kept by index. */
export const sameSensors = (a: Thresholds, b: Thresholds): boolean =>
  [...a.keys()].join() === [...b.keys()].join();

/**
 * What differs between two sets, one line for each sensor: `temperature_c: -10 … 60 °C (was -10 …
 * 50 °C)`.
 */
export function thresholdChanges(before: Thresholds, after: Thresholds): string[] {
  return [...after.values()].flatMap((now) => {
    const then = before.get(now.sensor);
    if (then === undefined || sameBounds(then, now)) return [];
    const critical = then.min === now.min && then.max === now.max;
    return [`${now.sensor}: ${range(now, critical)} (was ${range(then, critical)})`];
  });
}

const sameBounds = (a: Threshold, b: Threshold): boolean =>
  a.min === b.min &&
  a.max === b.max &&
  a.criticalBelow === b.criticalBelow &&
  a.criticalAbove === b.criticalAbove;

const range = (
  { min, max, criticalBelow, criticalAbove, unit }: Threshold,
  critical: boolean,
): string => {
  const bounds = critical
    ? `critical outside ${criticalBelow} … ${criticalAbove}`
    : `${min} … ${max}`;
  return unit === '' ? bounds : `${bounds} ${unit}`;
};
