import type { FoundAlert } from '@iot/alert-rules';
import type { Rule } from '@iot/alerting';
import { table } from '../output/table.js';

interface Counts {
  readonly devices: number;
  readonly readings: number;
  readonly alerts: number;
  /** Alerts that are not among those that are shown. */
  readonly dropped: number;
}

const BAR = 40;
const SHOWN = 50;

/** Alerts as a table, and a bar for each stretch of the range that says how many were raised. */
export function backTestText(
  { name }: Rule,
  alerts: readonly FoundAlert[],
  { devices, readings, alerts: total, dropped }: Counts,
  { from, to }: { readonly from: number; readonly to: number },
  stretchMs: number,
): string {
  const lines = [
    `${name}: ${total.toLocaleString('en')} alerts of ${readings.toLocaleString('en')} readings of ${devices.toLocaleString('en')} devices`,
  ];
  if (alerts.length === 0) return lines.join('\n');
  const rows = alerts
    .slice(0, SHOWN)
    .map(({ device_id, severity, timestamp, resolved_at, value, occurrences }) => [
      device_id,
      severity,
      timestamp,
      resolved_at ?? 'active',
      String(value),
      String(occurrences),
    ]);
  const header = ['DEVICE', 'SEVERITY', 'SINCE', 'RESOLVED', 'VALUE', 'READINGS'];
  lines.push(table(rows, { header, right: [4, 5] }));
  if (total > rows.length) lines.push(`and ${(total - rows.length).toLocaleString('en')} more`);
  lines.push('', ...bars(alerts, from, to, stretchMs));
  if (dropped > 0) lines.push(`bars are of the first ${alerts.length.toLocaleString('en')}`);
  return lines.join('\n');
}

function bars(
  alerts: readonly FoundAlert[],
  from: number,
  to: number,
  stretchMs: number,
): string[] {
  const first = Math.floor(from / stretchMs);
  const counts = new Array<number>(Math.max(1, Math.ceil(to / stretchMs) - first)).fill(0);
  for (const { timestamp } of alerts) {
    const at = Math.floor(Date.parse(timestamp) / stretchMs) - first;
    if (counts[at] !== undefined) counts[at]++;
  }
  const most = Math.max(...counts);
  return counts.map((count, i) => {
    const day = new Date((first + i) * stretchMs).toISOString().slice(0, 10);
    const bar = '#'.repeat(count === 0 ? 0 : Math.max(1, Math.round((count / most) * BAR)));
    return `${day}  ${String(count).padStart(6)}  ${bar}`.trimEnd();
  });
}
