/** What was measured of one thing: a value for each run. */
export interface Figure {
  /** A key of {@link METRICS}. */
  readonly metric: string;
  readonly runs: readonly number[];
  /** The target, where there is one: the median should be at most this. */
  readonly atMost?: number;
  /** The same of what is better higher: at least this. */
  readonly atLeast?: number;
}

/**
 * One case of a benchmark, such as `1m` of `aggregator`; `floor` is the case that does the least
 * that has to be done.
 */
export interface CaseResult {
  readonly name: string;
  readonly figures: readonly Figure[];
}

export interface BenchResult {
  readonly name: string;
  /** ISO time of the end of its measurement. */
  readonly at: string;
  /** Sizes it ran with, such as events and runs. */
  readonly settings: Readonly<Record<string, number | string>>;
  readonly cases: readonly CaseResult[];
}

/** What it ran on. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly os: string;
  readonly versions: Readonly<Record<string, string>>;
}

/** The JSON file of a measurement. */
export interface Report {
  readonly format: 1;
  readonly machine: Machine;
  readonly benches: readonly BenchResult[];
}

/** How a metric is named, written and judged. */
export interface Metric {
  readonly title: string;
  readonly digits: number;
  readonly better: 'lower' | 'higher' | 'neither';
}

const micros = (title: string): Metric => ({ title, digits: 2, better: 'lower' });
const millis = (title: string): Metric => ({ title, digits: 1, better: 'lower' });

/** The vocabulary of figures: what the JSON files call them, and what tables do. */
export const METRICS: Readonly<Record<string, Metric>> = {
  warm_cpu_us: micros('CPU µs/event, warm'),
  warm_ratio: { title: '× floor, warm', digits: 2, better: 'lower' },
  cpu_us: micros('CPU µs/event'),
  ratio: { title: '× floor', digits: 2, better: 'lower' },
  rate: { title: 'events/s', digits: 0, better: 'higher' },
  rss_mb: { title: 'RSS MB', digits: 0, better: 'lower' },
  row_writes: { title: 'row writes/event', digits: 2, better: 'lower' },
  db_cpu_us: { title: 'database CPU µs/event', digits: 1, better: 'neither' },
  kafka_cpu_us: { title: 'Kafka CPU µs/event', digits: 1, better: 'neither' },
  times_base: { title: '× base, warm', digits: 2, better: 'lower' },
  answered_202: { title: '% answered 202', digits: 3, better: 'higher' },
  answered_in_two: { title: '% answered 202, sent at most twice', digits: 3, better: 'higher' },
  failed: { title: 'not answered 202', digits: 0, better: 'lower' },
  lost: { title: 'acknowledged and lost', digits: 0, better: 'lower' },
  p50_ms: millis('p50 ms'),
  p99_ms: millis('p99 ms'),
  slowest_ms: millis('slowest answer ms'),
  growth_mb: { title: 'RSS growth MB', digits: 0, better: 'lower' },
  recovered_s: { title: 'full speed after s', digits: 0, better: 'lower' },
  busy_p50_ms: millis('p50 ms, ingesting'),
  busy_p99_ms: millis('p99 ms, ingesting'),
  p99_times_idle: { title: 'p99 × idle', digits: 2, better: 'lower' },
  core_percent: { title: '% of a core', digits: 2, better: 'lower' },
  added_us: micros('µs more'),
  bytes_per_key: { title: 'bytes/key', digits: 0, better: 'lower' },
  bytes_per_row: { title: 'bytes/row', digits: 0, better: 'lower' },
  rows: { title: 'rows', digits: 0, better: 'neither' },
  heap_mb: { title: 'heap MB', digits: 0, better: 'lower' },
  ready_s: { title: 'ready after s', digits: 2, better: 'lower' },
  load_s: { title: 'loaded in s', digits: 0, better: 'lower' },
  log_ins: { title: 'log-ins/s', digits: 1, better: 'higher' },
  checks: { title: 'token checks/s', digits: 0, better: 'higher' },
  cpu_ms: { title: 'CPU ms each', digits: 2, better: 'lower' },
  db_mb: { title: 'database MB', digits: 0, better: 'neither' },
  cpu_s: { title: 'CPU s', digits: 2, better: 'lower' },
};

/** @returns the middle value, or the mean of the two in the middle */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/**
 * @param p from 0 to 1; @returns the smallest value that at least this part of them does not exceed
 */
export function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * p) - 1)] ?? Number.NaN;
}

/** The figures of runs that each measured the same metrics. */
export function figuresOf(
  samples: readonly Readonly<Record<string, number>>[],
  targets: Readonly<Record<string, number>> = {},
): Figure[] {
  return Object.keys(METRICS)
    .filter((metric) => samples.some((sample) => sample[metric] !== undefined))
    .map((metric) => ({
      metric,
      runs: samples.map((sample) => sample[metric]).filter((value) => value !== undefined),
      ...(targets[metric] !== undefined && boundOf(metric, targets[metric])),
    }));
}

const boundOf = (metric: string, target: number): Pick<Figure, 'atMost' | 'atLeast'> =>
  METRICS[metric]?.better === 'higher' ? { atLeast: target } : { atMost: target };
