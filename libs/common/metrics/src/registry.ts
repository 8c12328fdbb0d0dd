import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Bucket bounds in seconds, from a millisecond to ten seconds. */
export const SECONDS_BUCKETS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];
/** Bucket bounds for numbers of records. */
export const SIZE_BUCKETS = [1, 5, 10, 50, 100, 500, 1000, 2500, 5000, 10_000];

/** The metrics of one process, with a `service` label on each. */
export function createRegistry(service: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  // The default of 10 ms wakes an idle process a hundred times a second.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 100 });
  return registry;
}

/**
 * The label values that are known before anything happened, each list for one label: their series
 * begin at 0 and not with their first event.
 */
export type KnownLabels<L extends string> = { readonly [label in L]: readonly string[] };

/** Makers of metrics in a registry: `name`, `help`, and the label names. */
export const metricsIn = (registry: Registry) => ({
  /**
   * A rate sees no rise in a series that begins with its first event, so an alert on it would miss
   * that event: give the labels that are known.
   */
  counter: <L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[] = [],
    known?: KnownLabels<L>,
  ) => {
    const made = new Counter<L>({ name, help, labelNames, registers: [registry] });
    for (const labels of known ? combinations(labelNames, known) : []) made.inc(labels, 0);
    return made;
  },
  gauge: <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Gauge<L>({ name, help, labelNames, registers: [registry] }),
  histogram: <L extends string>(
    name: string,
    help: string,
    buckets: number[],
    labelNames: readonly L[] = [],
  ) => new Histogram<L>({ name, help, labelNames, buckets, registers: [registry] }),
});

function combinations<L extends string>(
  [first, ...rest]: readonly L[],
  known: KnownLabels<L>,
): Partial<Record<L, string>>[] {
  if (first === undefined) return [{}];
  const others = combinations(rest, known);
  return known[first].flatMap((value) => others.map((other) => ({ ...other, [first]: value })));
}
