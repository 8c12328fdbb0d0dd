import { REFUSAL_REASONS } from './access/refusals.js';
import { metricsIn, SECONDS_BUCKETS, type Registry } from '@iot/metrics';

/** How an attempt to log in may end. */
const LOGIN_OUTCOMES = ['ok', 'wrong', 'throttled', 'unavailable'] as const;

/** What this service counts beyond its HTTP requests. */
export type DashboardMetrics = ReturnType<typeof dashboardMetrics>;

export function dashboardMetrics(registry: Registry) {
  const { counter, gauge, histogram } = metricsIn(registry);
  return {
    rows: counter('rows_served_total', 'Rows of lists sent to callers', ['list', 'format']),
    readSeconds: histogram(
      'store_read_duration_seconds',
      'Time to read one page of a list from the database',
      SECONDS_BUCKETS,
      ['list'],
    ),
    errors: counter(
      'errors_total',
      'Requests that failed through no fault of the caller',
      ['stage', 'reason'],
      {
        stage: ['read'],
        reason: ['store_unwell'],
      },
    ),
    refusals: counter(
      'access_refusals_total',
      'Requests refused for who sent them, or for not saying so, by reason',
      ['reason'],
      { reason: [...REFUSAL_REASONS, 'forbidden', 'unavailable'] },
    ),
    logins: counter('logins_total', 'Attempts to log in, by outcome', ['outcome'], {
      outcome: LOGIN_OUTCOMES,
    }),
    exports: gauge('exports_in_progress', 'Whole selections that are being streamed'),
    viewers: gauge('live_viewers', 'Open streams, of /live and of /logs/tail'),
    viewersDropped: counter(
      'live_viewers_dropped_total',
      'Streams that were cut off, as their readers did not keep up',
    ),
    // Of the whole installation, and so the same from each process: take the maximum, not the sum.
    devices: gauge('devices_known', 'Devices that ever sent a reading'),
    devicesReporting: gauge(
      'devices_reporting',
      'Devices whose newest reading is of the last 15 minutes',
    ),
    readings: gauge('readings_stored', 'Readings that the database holds'),
    rollups: gauge('rollup_rows_stored', 'Rollup rows that the database holds'),
    activeAlerts: gauge('alerts_active', 'Alerts that are not resolved', ['severity']),
    lastReading: gauge(
      'last_reading_timestamp_seconds',
      'Time of the newest reading, by its own clock',
    ),
    discrepancies: gauge(
      'verify_discrepancies',
      'Discrepancies that the last recorded run of verify found',
      ['kind'],
    ),
    verifiedAt: gauge(
      'verify_finished_timestamp_seconds',
      'End of the last recorded run of verify',
    ),
    verifyExpected: gauge(
      'verify_expected',
      'Whether something is set up to run verify and to record what it finds',
    ),
  };
}

/** Injection token of the {@link DashboardMetrics}. */
export const DASHBOARD_METRICS = Symbol('DashboardMetrics');
