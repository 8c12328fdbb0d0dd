import type { AlertRow } from '../../api/schema.js';
import type { AlertsSearch } from './search.js';

/** Whether an alert is among those that are asked for. */
const wanted =
  ({ status, severity, device, sensor }: AlertsSearch) =>
  (alert: AlertRow): boolean =>
    (status === 'all' || alert.status === (status ?? 'active')) &&
    (severity === undefined || alert.severity === severity) &&
    (device === undefined || alert.device_id === device) &&
    (sensor === undefined || alert.sensor_type === sensor);

const raised = ({ created_at }: AlertRow): string => created_at ?? '';

/**
 * Fetched rows with what the stream has told since: what it tells of stands as it is now, what came
 * since stands in front.
 * @param live active alerts, as far as the stream tells of them
 */
export function withLive(
  fetched: readonly AlertRow[],
  live: ReadonlyMap<string, AlertRow>,
  search: AlertsSearch,
): AlertRow[] {
  const isWanted = wanted(search);
  const known = new Set(fetched.map(({ id }) => id));
  const newest = fetched[0] ? raised(fetched[0]) : '';
  const came = [...live.values()].filter(
    (alert) => !known.has(alert.id) && raised(alert) >= newest && isWanted(alert),
  );
  const rows = [...came, ...fetched.map((row) => live.get(row.id) ?? row)];
  return rows.sort((a, b) => (raised(a) < raised(b) ? 1 : raised(a) > raised(b) ? -1 : 0));
}
