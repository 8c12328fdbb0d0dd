import { consumerMetrics, metricsIn, SECONDS_BUCKETS, type Registry } from '@iot/metrics';

/** The alerts worker's vocabulary. */
export type AlertsMetrics = ReturnType<typeof alertsMetrics>;

export function alertsMetrics(registry: Registry) {
  const { counter, gauge, histogram } = metricsIn(registry);
  return {
    ...consumerMetrics(registry),
    raised: counter(
      'alerts_raised_total',
      'Alerts raised, by the severity they were first stored with',
      ['sensor_type', 'alert_type', 'severity'],
    ),
    resolved: counter('alerts_resolved_total', 'Alerts resolved', ['sensor_type', 'alert_type']),
    evaluated: counter(
      'readings_evaluated_total',
      'Readings newer than the last one of their device for at least one bounded sensor',
    ),
    notNewer: counter(
      'readings_not_newer_total',
      'Readings that changed nothing: late, duplicate, delivered again, or of no bounded sensor',
    ),
    checkpoints: counter('checkpoints_total', 'Checkpoints of the device states', ['outcome'], {
      outcome: ['stored', 'failed'],
    }),
    checkpointSeconds: histogram(
      'checkpoint_duration_seconds',
      'Time to store the states of the changed devices',
      SECONDS_BUCKETS,
    ),
    startedOver: counter(
      'alert_state_conflicts_total',
      'Times the states in memory were dropped because another worker had stored newer ones',
    ),
    thresholdReloads: counter(
      'thresholds_reloads_total',
      'Changes of the ConfigMap with the thresholds: applied or rejected',
      ['outcome'],
    ),
    thresholdsRejected: gauge(
      'thresholds_rejected',
      '1 while the ConfigMap holds thresholds that were refused, so that older ones are in force',
    ),
    thresholdsSince: gauge(
      'thresholds_in_force_since_timestamp_seconds',
      'When the thresholds in force were taken over: at the start, or from the ConfigMap',
    ),
    thresholdsWatched: gauge(
      'thresholds_watch_up',
      '1 while changes of the ConfigMap are noticed, 0 while they are not',
      ['configmap'],
    ),
    rules: gauge('alert_rules', 'Alert rules that are enabled, besides those of thresholds'),
    rulesRevision: gauge(
      'alert_rules_revision',
      'Changes of alert rules so far, as this worker knows them',
    ),
    rulesRefused: gauge(
      'alert_rules_refused',
      'Alert rules that this worker cannot judge by, and 1 more when it could not store its file',
    ),
    cachedStates: gauge('alert_states_cached', 'Devices whose alert state is held in memory'),
  };
}
