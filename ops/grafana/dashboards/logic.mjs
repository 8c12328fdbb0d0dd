import { dashboard, lines, row, stat } from '../panels.mjs';
import { behind, consumption, processes, running, setAside } from '../parts.mjs';
import { quantile, rate, risen } from '../queries.mjs';

const own = consumption('logic-worker');

export default dashboard(
  'logic',
  'logic worker',
  'What the programs of machines do, and how far behind it is.',
  [
    row('Now'),
    running('logic-worker'),
    stat('Programs', 'Active ones, by pattern of machines.', 'none', 'max(logic_programs{$of})', {
      decimals: 0,
    }),
    stat(
      'Programs read',
      'How long ago the programs were asked for: a change is not seen before that.',
      's',
      'time() - min(logic_programs_read_timestamp_seconds{$of})',
      { colors: { green: null, orange: 10, red: 60 } },
    ),
    stat(
      'Failures',
      'Readings at which a program failed in the last hour.',
      'none',
      risen('logic_failures_total', '1h'),
      { decimals: 0, colors: { green: null, orange: 1 } },
    ),
    behind('logic-worker'),
    setAside('logic-worker'),
    row('Programs'),
    lines('Readings of machines with a program', 'cps', {
      '{{outcome}}': rate('logic_readings_total', 'outcome'),
    }),
    lines('Results published', 'cps', { results: rate('logic_results_total') }),
    lines('Failures', 'cps', { '{{reason}}': rate('logic_failures_total', 'reason') }),
    lines('Time of a batch in the programs', 's', {
      p50: quantile(0.5, 'logic_run_seconds'),
      p99: quantile(0.99, 'logic_run_seconds'),
    }),
    lines('Processes of programs that were replaced', 'none', {
      '{{reason}}':
        'sum by (reason) (increase(logic_process_restarts_total{$of}[$__rate_interval]))',
    }),
    lines('States', 'short', {
      'held in memory, {{instance}}': 'sum by (instance) (logic_cached_states{$of})',
      'written by others': 'sum (increase(logic_state_conflicts_total{$of}[$__rate_interval]))',
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
    ...processes('logic-worker'),
  ],
);
