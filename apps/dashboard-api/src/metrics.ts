import { metricsIn, SECONDS_BUCKETS, type Registry } from '@iot/common/metrics';

/** What this service counts beyond its HTTP requests. */
export type DashboardMetrics = ReturnType<typeof dashboardMetrics>;

export function dashboardMetrics(registry: Registry) {
  const { counter, gauge, histogram } = metricsIn(registry);
  return {
    rows: counter('rows_served_total', 'Rows of lists sent to callers', ['list', 'format']),
    readSeconds: histogram('store_read_duration_seconds', 'Time to read one page of a list from the database', SECONDS_BUCKETS, ['list']),
    errors: counter('errors_total', 'Requests that failed through no fault of the caller', ['stage', 'reason'], {
      stage: ['read'],
      reason: ['store_unwell'],
    }),
    exports: gauge('exports_in_progress', 'Whole selections that are being streamed'),
  };
}

/** Injection token of the {@link DashboardMetrics}. */
export const DASHBOARD_METRICS = Symbol('DashboardMetrics');
