import { median, type Report } from './results.js';

/** Part of a core that a worker should use in everyday running: the rest is for catching up. */
export const PLANNED_LOAD = 0.5;
/** Partitions for each worker, so that more of them can be added. */
const PARTITIONS_PER_WORKER = 2;
const LEAST_PARTITIONS = 12;
/**
 * Small writes a second that one MongoDB primary is taken to bear. An assumption; no MongoDB was
 * measured.
 */
export const WRITES_PER_PRIMARY = 30_000;
const RATES = [10_000, 100_000, 1_000_000];

/**
 * Fleets with 1m+1h+1d, live: hardly two readings of a batch are of one device, as with 100,000
 * devices, whatever the rate. An event is written once as itself, once for its device and once into
 * its minute; four events share the write of an hour or a day, unless the next comes too late for
 * that.
 */
const KINDS = [
  { devices: 'report once a second', measured: '100,000 devices', writes: 3.25 },
  { devices: 'report once a minute', measured: '100,000 devices, 1m+1h+1d', writes: 5 },
];

/** What a rate of events takes. */
export interface Capacity {
  readonly devices: string;
  readonly eventsPerSecond: number;
  readonly ingestionPods: number;
  readonly aggregatorPods: number;
  readonly alertsPods: number;
  readonly partitions: number;
  readonly databaseWritesPerSecond: number;
  readonly primaries: number;
}

/** The median of a figure, if it was measured. */
export function medianOf(
  report: Report,
  bench: string,
  name: string,
  metric: string,
): number | undefined {
  const figure = report.benches
    .find((one) => one.name === bench)
    ?.cases.find((one) => one.name === name)
    ?.figures.find((one) => one.metric === metric);
  return figure && figure.runs.length > 0 ? median(figure.runs) : undefined;
}

/** Processes that carry a rate at {@link PLANNED_LOAD} of a core each. */
const pods = (eventsPerSecond: number, microsPerEvent: number): number =>
  Math.max(1, Math.ceil((eventsPerSecond * microsPerEvent) / 1e6 / PLANNED_LOAD));

/**
 * How many pods and partitions carry 10,000, 100,000 and 1,000,000 events/s; none where a figure is
 * missing.
 */
export function capacities(report: Report): Capacity[] {
  const ingestion = medianOf(report, 'ingestion', 'batch of 100', 'warm_cpu_us');
  const alerts = medianOf(report, 'alerts', 'alerts', 'warm_cpu_us');
  return KINDS.flatMap(({ devices, measured, writes }) => {
    const aggregator = medianOf(report, 'growth', measured, 'warm_cpu_us');
    if (ingestion === undefined || alerts === undefined || aggregator === undefined) return [];
    return RATES.map((eventsPerSecond) => {
      const aggregatorPods = pods(eventsPerSecond, aggregator);
      const alertsPods = pods(eventsPerSecond, alerts);
      const databaseWritesPerSecond = eventsPerSecond * writes;
      const wanted = Math.max(
        LEAST_PARTITIONS,
        Math.max(aggregatorPods, alertsPods) * PARTITIONS_PER_WORKER,
      );
      return {
        devices,
        eventsPerSecond,
        ingestionPods: pods(eventsPerSecond, ingestion),
        aggregatorPods,
        alertsPods,
        partitions: Math.ceil(wanted / LEAST_PARTITIONS) * LEAST_PARTITIONS,
        databaseWritesPerSecond,
        primaries: Math.ceil(databaseWritesPerSecond / WRITES_PER_PRIMARY),
      };
    });
  });
}
