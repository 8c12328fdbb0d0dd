import type { Db } from 'mongodb';

/** A reading as the oracle takes it: times in epoch ms. */
export interface OracleReading {
  readonly event_id: string;
  readonly device_id: string;
  readonly ts: number;
  readonly values: Readonly<Record<string, number>>;
}

interface OracleRow {
  count: number;
  sum: number;
  min: number;
  max: number;
}

const WINDOW_MS: Record<string, number> = { '1m': 60_000, '1h': 3_600_000, '1d': 86_400_000 };

/**
 * Rollup rows of the distinct readings, by "device sensor window start". Shares no code with the
 * platform.
 */
export function rollupsOf(readings: readonly OracleReading[]): Map<string, OracleRow> {
  const rows = new Map<string, OracleRow>();
  const seen = new Set<string>();
  for (const { event_id, device_id, ts, values } of readings) {
    const event = `${device_id} ${event_id}`;
    if (seen.has(event)) continue;
    seen.add(event);
    for (const [window, ms] of Object.entries(WINDOW_MS))
      for (const [sensor, value] of Object.entries(values)) {
        const key = `${device_id} ${sensor} ${window} ${ts - (ts % ms)}`;
        const row = rows.get(key);
        if (!row) rows.set(key, { count: 1, sum: value, min: value, max: value });
        else
          rows.set(key, {
            count: row.count + 1,
            sum: row.sum + value,
            min: Math.min(row.min, value),
            max: Math.max(row.max, value),
          });
      }
  }
  return rows;
}

/** Every way in which the stored rows differ from the oracle's, as sentences. */
export async function rollupDifferences(
  db: Db,
  expected: ReadonlyMap<string, OracleRow>,
): Promise<string[]> {
  const differences: string[] = [];
  const open = new Map(expected);
  for await (const row of db.collection('aggregated_data').find({})) {
    const key = `${row['device_id']} ${row['sensor_type']} ${row['window']} ${(row['timestamp'] as Date).getTime()}`;
    const want = open.get(key);
    open.delete(key);
    if (!want) differences.push(`${key}: not expected`);
    else if (
      row['count'] !== want.count ||
      row['min'] !== want.min ||
      row['max'] !== want.max ||
      !near(row['sum'] as number, want.sum) ||
      !near(row['average'] as number, want.sum / want.count)
    )
      differences.push(`${key}: ${JSON.stringify(row)} instead of ${JSON.stringify(want)}`);
  }
  for (const key of open.keys()) differences.push(`${key}: missing`);
  return differences;
}

const near = (a: number, b: number): boolean =>
  Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));

export interface OracleAlert {
  readonly alert_type: string;
  readonly value: number;
  readonly timestamp: number;
  occurrences: number;
  last_value: number;
  status: 'active' | 'resolved';
  resolved_at: number | null;
}

/**
 * Alerts of the readings in the order of the log, by "device sensor type first-time": a reading no
 * newer than the last one of its device and sensor changes nothing.
 */
export function alertsOf(
  readings: readonly OracleReading[],
  bounds: Readonly<Record<string, readonly [number, number]>>,
): Map<string, OracleAlert> {
  const alerts = new Map<string, OracleAlert>();
  const newest = new Map<string, number>();
  const active = new Map<string, OracleAlert>();
  for (const { device_id, ts, values } of readings)
    for (const [sensor, value] of Object.entries(values)) {
      const series = `${device_id} ${sensor}`;
      const bound = bounds[sensor];
      if (ts <= (newest.get(series) ?? -Infinity)) continue;
      newest.set(series, ts);
      if (!bound) continue;
      for (const [type, violated] of [
        ['below_min', value < bound[0]],
        ['above_max', value > bound[1]],
      ] as const) {
        const open = active.get(`${series} ${type}`);
        if (violated && open) {
          open.occurrences++;
          open.last_value = value;
        } else if (violated) {
          const alert: OracleAlert = {
            alert_type: type,
            value,
            timestamp: ts,
            occurrences: 1,
            last_value: value,
            status: 'active',
            resolved_at: null,
          };
          alerts.set(`${series} ${type} ${ts}`, alert);
          active.set(`${series} ${type}`, alert);
        } else if (open) {
          open.status = 'resolved';
          open.resolved_at = ts;
          active.delete(`${series} ${type}`);
        }
      }
    }
  return alerts;
}

interface StoredAlert {
  device_id: string;
  sensor_type: string;
  alert_type: string;
  value: number;
  timestamp: Date;
  occurrences: number;
  last_value: number;
  status: 'active' | 'resolved';
  resolved_at: Date | null;
}

/** Every way in which the stored alerts differ from the oracle's. */
export async function alertDifferences(
  db: Db,
  expected: ReadonlyMap<string, OracleAlert>,
): Promise<string[]> {
  const differences: string[] = [];
  const open = new Map(expected);
  for await (const stored of db.collection<StoredAlert>('alerts').find({})) {
    const {
      device_id,
      sensor_type,
      alert_type,
      value,
      timestamp,
      occurrences,
      last_value,
      status,
      resolved_at,
    } = stored;
    const key = `${device_id} ${sensor_type} ${alert_type} ${timestamp.getTime()}`;
    const got: OracleAlert = {
      alert_type,
      value,
      timestamp: timestamp.getTime(),
      occurrences,
      last_value,
      status,
      resolved_at: resolved_at?.getTime() ?? null,
    };
    const want = open.get(key);
    open.delete(key);
    if (!want) differences.push(`${key}: not expected`);
    else if (JSON.stringify(got) !== JSON.stringify(want))
      differences.push(`${key}: ${JSON.stringify(got)} instead of ${JSON.stringify(want)}`);
  }
  for (const key of open.keys()) differences.push(`${key}: missing`);
  return differences;
}
