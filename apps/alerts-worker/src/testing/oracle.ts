import type { AlertDocument, AlertType, Severity } from '@iot/mongo';

/** A reading in the log, as the oracle takes it. */
export interface LoggedReading {
  readonly id: string;
  readonly device: string;
  readonly ts: number;
  readonly receivedAt: number;
  readonly values: Readonly<Record<string, number>>;
}

/** Bounds of a sensor: minimum, maximum, and how far beyond them a value is critical. */
export type Bounds = Readonly<Record<string, readonly [min: number, max: number, margin: number]>>;

/** What the alerts must be in the end: all of it but for the message. */
export type ExpectedAlert = Omit<AlertDocument, 'message'>;

/**
 * Alerts of an ordered log, another way than evaluate(): each (device, sensor) is first thinned to
 * the readings that were the newest when they came, and the alerts are then the unbroken runs of
 * violating ones.
 */
export function expectedAlerts(
  all: readonly LoggedReading[],
  bounds: Bounds,
): Map<string, ExpectedAlert> {
  const log = withoutCopies(all, bounds);
  const alerts = new Map<string, ExpectedAlert>();
  for (const device of new Set(log.map((entry) => entry.device)))
    for (const sensor of Object.keys(bounds)) {
      const [min, max, margin] = bounds[sensor]!;
      const heard = log.filter(
        (entry) => entry.device === device && entry.values[sensor] !== undefined,
      );
      const counted = heard.filter((entry, i) =>
        heard.slice(0, i).every((earlier) => earlier.ts < entry.ts),
      );
      const violates: [
        AlertType,
        (value: number) => boolean,
        (value: number) => boolean,
        number,
      ][] = [
        ['above_max', (value) => value > max, (value) => value > max + margin, max],
        ['below_min', (value) => value < min, (value) => value < min - margin, min],
      ];
      for (const [type, outside, farOutside, threshold] of violates)
        for (const [nth, run] of runs(counted, (entry) =>
          outside(entry.values[sensor]!),
        ).entries()) {
          const first = run.entries[0]!;
          const last = run.entries.at(-1)!;
          const severity: Severity = run.entries.some((entry) => farOutside(entry.values[sensor]!))
            ? 'critical'
            : 'warning';
          const _id = `${device}|${sensor}|${type}|${first.ts}`;
          alerts.set(_id, {
            _id,
            device_id: device,
            sensor_type: sensor,
            alert_type: type,
            rule: `${sensor}.${type}`,
            rule_version: 0,
            labels: {},
            resolved_reason: null,
            // All of a log is within an hour.
            raises_last_hour: nth + 1,
            severity,
            value: first.values[sensor]!,
            timestamp: new Date(first.ts),
            status: run.endedBy ? 'resolved' : 'active',
            threshold,
            occurrences: run.entries.length,
            last_value: last.values[sensor]!,
            last_seen: new Date(last.ts),
            resolved_at: run.endedBy ? new Date(run.endedBy.ts) : null,
            created_at: new Date(first.receivedAt),
            version: run.entries.length + (run.endedBy ? 1 : 0),
          });
        }
    }
  return alerts;
}

/**
 * Leaves out what has the id of one of the last 16 readings of its device that were newer for a
 * bounded sensor when they came.
 */
function withoutCopies(log: readonly LoggedReading[], bounds: Bounds): LoggedReading[] {
  const counted: LoggedReading[] = [];
  for (const entry of log) {
    const before = counted.filter(({ device }) => device === entry.device);
    const isNewest = ({ values, ts }: LoggedReading, others: readonly LoggedReading[]): boolean =>
      Object.keys(bounds).some(
        (sensor) =>
          values[sensor] !== undefined &&
          others.every((one) => one.values[sensor] === undefined || one.ts < ts),
      );
    const newest = before.filter((one, i) => isNewest(one, before.slice(0, i)));
    if (!newest.slice(-16).some(({ id }) => id === entry.id)) counted.push(entry);
  }
  return counted;
}

interface Run {
  readonly entries: LoggedReading[];
  readonly endedBy: LoggedReading | undefined;
}

function runs(
  entries: readonly LoggedReading[],
  belongs: (entry: LoggedReading) => boolean,
): Run[] {
  const found: Run[] = [];
  for (let start = 0; start < entries.length; start++) {
    if (!belongs(entries[start]!)) continue;
    let end = start;
    while (end < entries.length && belongs(entries[end]!)) end++;
    found.push({ entries: entries.slice(start, end), endedBy: entries[end] });
    start = end;
  }
  return found;
}
