import { consumerMetrics, metricsIn, type Registry } from '@iot/metrics';

/** The aggregator's vocabulary. */
export type AggregatorMetrics = ReturnType<typeof aggregatorMetrics>;

export function aggregatorMetrics(registry: Registry) {
  const { counter, gauge } = metricsIn(registry);
  return {
    ...consumerMetrics(registry),
    stored: counter('events_stored_total', 'Events stored for the first time'),
    duplicates: counter('events_duplicate_total', 'Records whose event another record had stored'),
    replayed: counter(
      'events_replayed_total',
      'Records delivered again after their event was stored; their rows were recomputed',
    ),
    rowsWritten: counter('rollup_rows_written_total', 'Rollup rows written under compare-and-set'),
    rowsRecomputed: counter(
      'rollup_rows_recomputed_total',
      'Rollup rows recomputed from what is stored',
    ),
    conflicts: counter('rollup_conflicts_total', 'Compare-and-set writes lost to another writer'),
    cachedRows: gauge('rollup_cached_rows', 'Rollup rows held in memory'),
    pendingRows: gauge(
      'rollup_pending_rows',
      'Rows of larger windows that are changed and not written yet',
    ),
  };
}
