import { consumerMetrics, metricsIn, SECONDS_BUCKETS, type Registry } from '@iot/metrics';

/** The notifier's vocabulary. */
export type NotifierMetrics = ReturnType<typeof notifierMetrics>;

const KINDS = ['webhook', 'email'];

export function notifierMetrics(registry: Registry) {
  const { counter, gauge, histogram } = metricsIn(registry);
  const consumption = consumerMetrics(registry);
  consumption.deadLettered.inc({ stage: 'decode', reason: 'invalid_event' }, 0);
  return {
    ...consumption,
    formed: counter(
      'notifications_made_total',
      'Notifications made of groups of alerts: of a change, or as a repeat',
      ['reason'],
      { reason: ['change', 'repeat'] },
    ),
    deliveries: counter(
      'notification_deliveries_total',
      'Attempts to deliver: delivered, failed and tried again later, or dead and given up',
      ['kind', 'outcome'],
      { kind: KINDS, outcome: ['delivered', 'failed', 'dead'] },
    ),
    deliverySeconds: histogram(
      'notification_delivery_duration_seconds',
      'Time that an attempt to deliver takes',
      SECONDS_BUCKETS,
      ['kind'],
    ),
    suppressed: counter(
      'notification_alerts_suppressed_total',
      'Changes of alerts that nobody was told of when their group was looked at: muted, or resolved before anybody was told or where that is not wanted',
      ['reason'],
      { reason: ['muted', 'resolved_untold', 'resolved_not_wanted'] },
    ),
    rateLimited: counter(
      'notifications_rate_limited_total',
      'Times a delivery waited for the rate limit of its receiver',
    ),
    waiting: gauge('notifications_waiting', 'Notifications that are not delivered or given up yet'),
    oldest: gauge(
      'notifications_oldest_waiting_seconds',
      'Age of the oldest notification that is not delivered or given up; 0 when there is none',
    ),
    directoryUp: gauge(
      'notification_directory_up',
      '1 while receivers and routes are what the database has, 0 while they cannot be read',
    ),
    fileRejected: gauge(
      'notification_file_rejected',
      '1 while NOTIFY_FILE holds something that was refused, so that older receivers and routes are in force',
    ),
  };
}
