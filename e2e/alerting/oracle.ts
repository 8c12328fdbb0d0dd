import { HOT } from './presses.js';
import type { SentReading } from './sender.js';

/** What `alerts` has of an alert in the end. */
export interface ExpectedAlert {
  readonly id: string;
  status: 'active' | 'resolved';
  severity: 'warning' | 'critical';
  occurrences: number;
  /** The last one before it ended. */
  last_value: number;
  /** What is told of it, in order. */
  readonly told: string[];
}

/** Alerts of the rule `hot` on a log, by a fold that knows nothing of the worker's. */
export function expectedAlerts(log: readonly SentReading[]): ExpectedAlert[] {
  const all: ExpectedAlert[] = [];
  const newest = new Map<string, number>();
  const open = new Map<string, ExpectedAlert>();
  for (const { device_id: device, ts, temperature_c } of log) {
    const value = Number(temperature_c);
    if (ts <= (newest.get(device) ?? -Infinity)) continue;
    newest.set(device, ts);
    let alert = open.get(device);
    if (!alert && value > HOT.bound) {
      const id = `${device}|hot|${ts}`;
      alert = {
        id,
        status: 'active',
        severity: 'warning',
        occurrences: 0,
        last_value: 0,
        told: [],
      };
      alert.told.push('raised');
      if (value > HOT.critical) alert.severity = 'critical';
      all.push(alert);
      open.set(device, alert);
    }
    if (!alert) continue;
    if (value <= HOT.clearAt) {
      alert.status = 'resolved';
      alert.told.push('resolved');
      open.delete(device);
      continue;
    }
    alert.last_value = value;
    if (value > HOT.bound) alert.occurrences++;
    if (value > HOT.critical && alert.severity === 'warning') {
      alert.severity = 'critical';
      alert.told.push('severity_changed');
    }
  }
  return all;
}
