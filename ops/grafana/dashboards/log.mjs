import { dashboard, lines, row, stat } from '../panels.mjs';
import { behind, consumption, processes, running, setAside } from '../parts.mjs';
import { rate } from '../queries.mjs';

const own = consumption('log-worker');

export default dashboard(
  'log',
  'Logs',
  'Lines of logs on their way to the database: what is stored, what is late, what gets lost.',
  [
    row('Now'),
    running('log-worker'),
    behind('log-worker'),
    setAside('log-worker'),
    stat(
      'Stored',
      'Bytes of the lines that the database holds, uncompressed.',
      'bytes',
      'max(log_store_bytes{$of})',
    ),
    stat(
      'Dropped in an hour',
      'Lines of all services that are on standard output alone.',
      'short',
      'sum(increase(log_lines_dropped_total[1h]))',
      { colors: { green: null, yellow: 1 } },
    ),
    row('Lines'),
    lines('Sent, by service', 'cps', {
      '{{service}}': 'sum by (service) (rate(log_lines_sent_total[$__rate_interval]))',
    }),
    lines(
      'Dropped, by service',
      'cps',
      {
        '{{service}} {{reason}}':
          'sum by (service, reason) (rate(log_lines_dropped_total[$__rate_interval]))',
      },
      { description: 'rate: more came than may; full: Kafka did not take them for too long.' },
    ),
    lines('Waiting for Kafka, by service', 'bytes', {
      '{{service}}': 'max by (service) (log_lines_waiting_bytes)',
    }),
    lines('Read, by form', 'cps', { '{{form}}': rate('log_lines_read_total', 'form') }),
    lines('Stored and removed', 'cps', {
      stored: rate('log_lines_stored_total'),
      'removed by size': rate('log_lines_removed_total'),
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
    ...processes('log-worker'),
  ],
);
