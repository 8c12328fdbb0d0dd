import type { Sensor } from '@iot/common/telemetry';

/** The bounds of one sensor, ready to compare with. A bound that the sensor does not have is infinite. */
export interface Threshold {
  /** Place of the sensor in {@link Thresholds}; 0, 1, 2 … */
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
 * @param criticalMargin an alert is critical when the value passes its bound by more than this fraction of the range max − min; where the
 *   sensor has one bound only, of the size of that bound
 */
export function compileThresholds(sensors: readonly Sensor[], criticalMargin: number): Thresholds {
  const bounded = sensors.filter(({ min, max }) => min !== null || max !== null);
  return new Map(
    bounded.map(({ name, unit, min, max }, index): [string, Threshold] => {
      const margin = criticalMargin * (min !== null && max !== null ? max - min : Math.abs(min ?? max!));
      const low = min ?? -Infinity;
      const high = max ?? Infinity;
      return [name, { index, sensor: name, unit, min: low, max: high, criticalBelow: low - margin, criticalAbove: high + margin }];
    }),
  );
}
