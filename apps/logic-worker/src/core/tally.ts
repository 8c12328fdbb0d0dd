import type { Reading } from '@iot/telemetry';

/** How many values of each sensor the readings have. */
export function tally(readings: Iterable<Reading>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { values } of readings)
    for (const sensor of Object.keys(values)) counts.set(sensor, (counts.get(sensor) ?? 0) + 1);
  return counts;
}
