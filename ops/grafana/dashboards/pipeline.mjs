import { SERVICES as ALL } from '../../../libs/common/register/src/services.js';
import { dashboard, lines, row, stat } from '../panels.mjs';
import {
  accepted,
  acknowledged,
  alertsRaised,
  behind,
  consumption,
  evaluated,
  events,
  firing,
  processes,
  refused,
  rows,
  setAside,
} from '../parts.mjs';
import { OWN_ROUTES, SERVICES, quantile, rate } from '../queries.mjs';

const all = consumption();

export default dashboard('pipeline', 'pipeline', 'From a POST to rollups and alerts.', [
  row('Now'),
  stat(
    'Processes',
    'Processes that answer Prometheus.',
    'none',
    'count(process_start_time_seconds{$of, service=~"' + SERVICES + '"})',
    {
      colors: { red: null, green: ALL.length },
    },
  ),
  stat(
    'Accepted',
    'Readings a second that Kafka acknowledged.',
    'cps',
    rate('readings_accepted_total'),
  ),
  stat('Stored', 'Events a second stored for the first time.', 'cps', rate('events_stored_total')),
  behind(),
  setAside(),
  firing,
  row('Ingestion'),
  accepted,
  refused,
  acknowledged,
  row('Consumption'),
  all.consumed,
  all.records,
  all.seconds,
  events,
  all.aside,
  all.waits,
  row('Rollups and alerts'),
  rows,
  alertsRaised,
  evaluated,
  row('HTTP'),
  lines('Requests, by status', 'reqps', {
    '{{service}} {{status}}': rate('http_requests_total', 'service, status', OWN_ROUTES),
  }),
  lines('p99 of a request, by route', 's', {
    '{{method}} {{route}}': quantile(
      0.99,
      'http_request_duration_seconds',
      'service, method, route',
      OWN_ROUTES,
    ),
  }),
  lines('Requests that failed on our side', 'cps', {
    '{{stage}}: {{reason}}': rate('errors_total', 'stage, reason'),
  }),
  row('Traces'),
  lines(
    'Spans sent and dropped, by service',
    'cps',
    {
      '{{service}} sent': rate('trace_spans_sent_total', 'service'),
      '{{service}} dropped, {{reason}}': rate('trace_spans_dropped_total', 'service, reason'),
    },
    {
      description:
        'full: too many waited for the receiver of traces; failed: it did not take them. Nothing else is lost with them.',
    },
  ),
  ...processes(),
]);
