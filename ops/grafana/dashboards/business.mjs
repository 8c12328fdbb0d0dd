import { dashboard, bars, lines, row, stat } from '../panels.mjs';
import { behind, firing, setAside } from '../parts.mjs';
import { rate, risen } from '../queries.mjs';

export default dashboard(
  'business',
  'devices, readings, alerts',
  'What the installation is for.',
  [
    row('Now'),
    stat('Devices', 'That ever sent a reading.', 'short', 'max(devices_known{$of})', {
      noValue: '–',
    }),
    stat(
      'Reporting',
      'Devices with a reading of the last 15 minutes.',
      'short',
      'max(devices_reporting{$of})',
      { noValue: '–' },
    ),
    stat(
      'Silent',
      'Devices without a reading of the last 15 minutes.',
      'short',
      'max(devices_known{$of}) - max(devices_reporting{$of})',
      {
        colors: { green: null, yellow: 1 },
        noValue: '–',
      },
    ),
    stat(
      'Warnings',
      'Alerts that are not resolved.',
      'short',
      'max(alerts_active{$of, severity="warning"})',
      {
        colors: { green: null, yellow: 1 },
        noValue: '–',
      },
    ),
    stat(
      'Critical',
      'Alerts that are not resolved.',
      'short',
      'max(alerts_active{$of, severity="critical"})',
      {
        colors: { green: null, red: 1 },
        noValue: '–',
      },
    ),
    stat(
      'Newest reading',
      'Its age, by its own clock.',
      's',
      'time() - max(last_reading_timestamp_seconds{$of})',
      {
        colors: { green: null, yellow: 300, red: 900 },
        noValue: '–',
      },
    ),
    row('Devices and readings'),
    lines('Devices', 'short', {
      known: 'max(devices_known{$of})',
      'reporting within 15 minutes': 'max(devices_reporting{$of})',
    }),
    lines('Readings a minute', 'short', {
      accepted: `60 * ${rate('readings_accepted_total')}`,
      refused: `60 * ${rate('readings_rejected_total')}`,
    }),
    lines('Readings of the last 24 hours', 'short', {
      accepted: 'sum(increase(readings_accepted_total{$of}[1d]))',
    }),
    bars(
      'Refused in the last 24 hours, by reason',
      'short',
      '{{reason}}',
      'sort_desc(sum by (reason) (increase(readings_rejected_total{$of}[1d])) > 0)',
    ),
    lines('Held in the database', 'short', {
      readings: 'max(readings_stored{$of})',
      'rollup rows': 'max(rollup_rows_stored{$of})',
    }),
    lines('Sent twice', 'percentunit', {
      'share of duplicates': `${rate('events_duplicate_total')} / (${rate('events_duplicate_total')} + ${rate('events_stored_total')})`,
    }),
    row('Alerts'),
    lines(
      'Not resolved',
      'short',
      { '{{severity}}': 'max by (severity) (alerts_active{$of})' },
      { stacked: true },
    ),
    bars(
      'Raised in the last 24 hours, by sensor',
      'short',
      '{{sensor_type}} {{alert_type}}',
      `sort_desc(${risen('alerts_raised_total', '1d', 'sensor_type, alert_type')})`,
    ),
    lines('Raised and resolved, an hour', 'short', {
      raised: risen('alerts_raised_total', '1h'),
      resolved: risen('alerts_resolved_total', '1h'),
    }),
    row('Can it be relied on'),
    stat(
      'Discrepancies',
      'That the last recorded run of `telemetryctl verify` found.',
      'none',
      'sum(max by (kind) (verify_discrepancies{$of, kind!~".+_alert"}))',
      {
        colors: { green: null, red: 1 },
        noValue: 'never run',
        graph: false,
      },
    ),
    stat(
      'Last verified',
      'Time since the last recorded run of `telemetryctl verify`.',
      's',
      'time() - max(verify_finished_timestamp_seconds{$of})',
      {
        colors: { green: null, yellow: 100_000, red: 172_800 },
        noValue: 'never run',
        graph: false,
      },
    ),
    setAside(),
    behind(),
    firing,
  ],
  { from: 'now-24h' },
);
