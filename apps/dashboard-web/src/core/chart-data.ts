/** A chart's points by time: epoch seconds, and at each of them average, least and greatest value. */
export type ChartData = readonly [
  seconds: readonly number[],
  average: readonly (number | null)[],
  min: readonly (number | null)[],
  max: readonly (number | null)[],
];

interface RollupPoint {
  readonly timestamp: string | null;
  readonly average: number;
  readonly min: number;
  readonly max: number;
}

interface ReadingPoint {
  readonly ts: string | null;
  readonly value: number;
}

export const NO_POINTS: ChartData = [[], [], [], []];

/** A gap is drawn where so many points are missing. */
const GAP = 2.5;

/** Points of rollup rows in any order; where windows are missing, the line is broken. */
export function ofRollups(rows: readonly RollupPoint[], stepMs: number): ChartData {
  const points = rows
    .flatMap(({ timestamp, ...row }) =>
      timestamp === null ? [] : [{ at: Date.parse(timestamp), ...row }],
    )
    .sort((a, b) => a.at - b.at);
  const [seconds, average, min, max]: [
    number[],
    (number | null)[],
    (number | null)[],
    (number | null)[],
  ] = [[], [], [], []];
  points.forEach((point, i) => {
    const before = points[i - 1];
    if (before && point.at - before.at > GAP * stepMs) {
      seconds.push((before.at + stepMs) / 1000);
      for (const values of [average, min, max]) values.push(null);
    }
    // A row stands for its whole window.
    seconds.push((point.at + stepMs / 2) / 1000);
    average.push(point.average);
    min.push(point.min);
    max.push(point.max);
  });
  return [seconds, average, min, max];
}

/** Points of readings in any order, each time once: the later of two in the list counts. */
export function ofReadings(readings: readonly ReadingPoint[]): ChartData {
  const byTime = new Map<number, number>();
  for (const { ts, value } of readings) if (ts !== null) byTime.set(Date.parse(ts), value);
  const sorted = [...byTime].sort(([a], [b]) => a - b);
  const values = sorted.map(([, value]) => value);
  return [sorted.map(([at]) => at / 1000), values, values, values];
}
