import { dashboard, lines, row, stat } from '../panels.mjs';
import { http, processes, running } from '../parts.mjs';
import { OWN_ROUTES, quantile, rate } from '../queries.mjs';

export default dashboard(
  'dashboard',
  'dashboard API',
  'What people and programs read, and how the database answers.',
  [
    row('Now'),
    running('dashboard-api'),
    stat(
      'Requests',
      'A second, without probes and scrapes.',
      'reqps',
      rate('http_requests_total', '', `service="dashboard-api", ${OWN_ROUTES}`),
    ),
    stat(
      'Failed',
      'Share of the requests that failed through no fault of the caller.',
      'percentunit',
      `${rate('http_requests_total', '', `service="dashboard-api", ${OWN_ROUTES}, status=~"5.."`)} / ${rate('http_requests_total', '', `service="dashboard-api", ${OWN_ROUTES}`)}`,
      {
        colors: { green: null, yellow: 0.01, red: 0.05 },
      },
    ),
    stat(
      'p99',
      'One request in a hundred takes longer.',
      's',
      quantile(0.99, 'http_request_duration_seconds', '', `service="dashboard-api", ${OWN_ROUTES}`),
      {
        colors: { green: null, yellow: 0.5, red: 2.5 },
      },
    ),
    stat('Rows', 'Rows of lists a second.', 'cps', rate('rows_served_total')),
    stat(
      'Exports',
      'Whole selections that are being streamed.',
      'none',
      'sum(exports_in_progress{$of})',
    ),
    row('Lists'),
    lines('p50 and p99 of a page from the database', 's', {
      '{{list}} p50': quantile(0.5, 'store_read_duration_seconds', 'list'),
      '{{list}} p99': quantile(0.99, 'store_read_duration_seconds', 'list'),
    }),
    lines('Rows served', 'cps', {
      '{{list}} {{format}}': rate('rows_served_total', 'list, format'),
    }),
    lines('Requests that failed on our side', 'cps', {
      '{{stage}}: {{reason}}': rate('errors_total', 'stage, reason'),
    }),
    row('The live view'),
    lines('Browsers that watch', 'none', { '{{pod}}': 'sum by (pod) (live_viewers{$of})' }),
    lines('Streams cut off, as their readers did not keep up', 'cps', {
      dropped: rate('live_viewers_dropped_total'),
    }),
    row('Who asks'),
    lines('Attempts to log in', 'cps', { '{{outcome}}': rate('logins_total', 'outcome') }),
    lines('Requests refused for who sent them', 'cps', {
      '{{reason}}': rate('access_refusals_total', 'reason'),
    }),
    ...http('dashboard-api'),
    ...processes('dashboard-api'),
  ],
);
