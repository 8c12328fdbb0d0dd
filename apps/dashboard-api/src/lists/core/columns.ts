import type { Cell, Column } from './csv.js';
import type { AggregateRow, AlertRow, DeviceRow, SensorRow, TelemetryRow } from './rows.js';

const named = <R>(...names: (keyof R & string)[]): Column<R>[] =>
  names.map((name) => ({ name, cell: (row) => row[name] as Cell }));

/**
 * Columns of readings: one for each sensor of the catalogue, empty where a reading has no value of
 * it.
 */
export const telemetryColumns = (sensors: readonly string[]): Column<TelemetryRow>[] =>
  named<TelemetryRow>('event_id', 'device_id', 'ts', 'received_at', ...sensors, 'lat', 'lon');

export const AGGREGATE_COLUMNS = named<AggregateRow>(
  'device_id',
  'sensor_type',
  'window',
  'timestamp',
  'count',
  'sum',
  'min',
  'max',
  'average',
  'version',
  'updated_at',
);

export const ALERT_COLUMNS = named<AlertRow>(
  'id',
  'device_id',
  'sensor_type',
  'alert_type',
  'severity',
  'status',
  'message',
  'value',
  'threshold',
  'timestamp',
  'occurrences',
  'last_value',
  'last_seen',
  'resolved_at',
  'created_at',
);

/** Columns of devices: value and time of each sensor of the catalogue. */
export const deviceColumns = (sensors: readonly string[]): Column<DeviceRow>[] => [
  ...named<DeviceRow>('device_id', 'first_seen', 'last_seen'),
  ...sensors.flatMap((sensor): Column<DeviceRow>[] => [
    { name: sensor, cell: ({ latest }) => latest[sensor]?.value },
    { name: `${sensor}_ts`, cell: ({ latest }) => latest[sensor]?.ts },
  ]),
];

export const SENSOR_COLUMNS = named<SensorRow>('device_id', 'sensor_type', 'value', 'ts');
