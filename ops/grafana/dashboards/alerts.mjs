import { dashboard, lines, row, stat } from '../panels.mjs';
import {
  alertsRaised,
  behind,
  checkpoints,
  consumption,
  evaluated,
  processes,
  running,
  setAside,
} from '../parts.mjs';
import { rate, risen } from '../queries.mjs';

const own = consumption('alerts-worker');

export default dashboard(
  'alerts',
  'alerts worker',
  'From records to alerts, and the state behind them.',
  [
    row('Now'),
    running('alerts-worker'),
    stat('Raised', 'Alerts in the last hour.', 'none', risen('alerts_raised_total', '1h'), {
      decimals: 0,
    }),
    stat('Resolved', 'Alerts in the last hour.', 'none', risen('alerts_resolved_total', '1h'), {
      decimals: 0,
    }),
    behind('alerts-worker'),
    setAside('alerts-worker'),
    stat(
      'Thresholds',
      'Whether the last edit of the ConfigMap was refused, so that older thresholds are in force.',
      'none',
      'max(thresholds_rejected{$of})',
      {
        colors: { green: null, red: 1 },
      },
    ),
    row('Alerts'),
    alertsRaised,
    evaluated,
    lines('By sensor', 'cps', {
      '{{sensor_type}} {{alert_type}}': rate('alerts_raised_total', 'sensor_type, alert_type'),
    }),
    row('Rules'),
    lines('Rules in force', 'none', {
      'enabled, {{instance}}': 'sum by (instance) (alert_rules{$of})',
      'refused, {{instance}}': 'sum by (instance) (alert_rules_refused{$of})',
    }),
    lines('Changes of rules, as each worker knows them', 'none', {
      '{{instance}}': 'max by (instance) (alert_rules_revision{$of})',
    }),
    row('State'),
    ...checkpoints,
    lines('Held in memory', 'short', {
      'devices, {{instance}}': 'sum by (instance) (alert_states_cached{$of})',
    }),
    lines('Thresholds in force since', 's', {
      '{{instance}}':
        'time() - max by (instance) (thresholds_in_force_since_timestamp_seconds{$of})',
    }),
    lines('Edits of the thresholds', 'none', {
      '{{outcome}}': 'sum by (outcome) (increase(thresholds_reloads_total{$of}[$__rate_interval]))',
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
    ...processes('alerts-worker'),
  ],
);
