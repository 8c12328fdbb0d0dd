import { dashboard, lines, row, stat } from '../panels.mjs';
import { behind, consumption, events, processes, rows, running, setAside } from '../parts.mjs';
import { rate } from '../queries.mjs';

const own = consumption('aggregator-worker');

export default dashboard(
  'aggregator',
  'aggregator worker',
  'From records to stored events and rollup rows.',
  [
    row('Now'),
    running('aggregator-worker'),
    stat(
      'Stored',
      'Events a second stored for the first time.',
      'cps',
      rate('events_stored_total'),
    ),
    stat('Rows written', 'Rollup rows a second.', 'cps', rate('rollup_rows_written_total')),
    behind('aggregator-worker'),
    setAside('aggregator-worker'),
    stat(
      'Rows for an event',
      'Fewer is cheaper: large batches fold many events into one write of a row.',
      'none',
      `${rate('rollup_rows_written_total')} / ${rate('events_stored_total')}`,
      {
        decimals: 2,
      },
    ),
    row('Events and rows'),
    events,
    rows,
    lines('Held in memory', 'short', {
      'rollup rows, {{instance}}': 'sum by (instance) (rollup_cached_rows{$of})',
      'to be written, {{instance}}': 'sum by (instance) (rollup_pending_rows{$of})',
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
    ...processes('aggregator-worker'),
  ],
);
