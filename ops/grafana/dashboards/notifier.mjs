import { dashboard, lines, row, stat } from '../panels.mjs';
import { behind, consumption, processes, running, setAside } from '../parts.mjs';
import { quantile, rate } from '../queries.mjs';

const own = consumption('notifier');

export default dashboard(
  'notifier',
  'Notifier',
  'Who is told of alerts, what does not get through, and how late it is.',
  [
    row('Now'),
    running('notifier'),
    behind('notifier'),
    setAside('notifier'),
    stat(
      'Oldest waiting',
      'Age of the oldest notification that is neither delivered nor given up.',
      's',
      'max(notifications_oldest_waiting_seconds{$of})',
      { colors: { green: null, yellow: 60, red: 600 } },
    ),
    stat(
      'Waiting',
      'Notifications that are neither delivered nor given up.',
      'short',
      'max(notifications_waiting{$of})',
    ),
    stat(
      'Receivers and routes',
      '0: the database does not say what they are; the last ones known are in force.',
      'none',
      'min(notification_directory_up{$of})',
      { colors: { red: null, green: 1 } },
    ),
    stat(
      'File refused',
      '1: NOTIFY_FILE holds something that was refused; older receivers and routes are in force.',
      'none',
      'max(notification_file_rejected{$of})',
      { colors: { green: null, red: 1 } },
    ),
    row('Deliveries'),
    lines('Attempts', 'cps', {
      '{{kind}} {{outcome}}': rate('notification_deliveries_total', 'kind, outcome'),
    }),
    lines('Time of an attempt', 's', {
      p50: quantile(0.5, 'notification_delivery_duration_seconds'),
      p99: quantile(0.99, 'notification_delivery_duration_seconds'),
    }),
    lines('Notifications made', 'cps', {
      '{{reason}}': rate('notifications_made_total', 'reason'),
    }),
    lines(
      'Not told',
      'cps',
      { '{{reason}}': rate('notification_alerts_suppressed_total', 'reason') },
      { description: 'Changes of alerts; those that are muted are looked at again and again.' },
    ),
    lines('Held back by a rate limit', 'cps', {
      waits: rate('notifications_rate_limited_total'),
    }),
    row('Consumption'),
    own.consumed,
    own.records,
    own.seconds,
    own.batchTime,
    own.batchSize,
    own.owned,
    own.aside,
    own.waits,
    ...processes('notifier'),
  ],
);
