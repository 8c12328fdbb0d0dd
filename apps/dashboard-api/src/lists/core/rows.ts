import type {
  AlertDocument,
  AlertType,
  DeviceDocument,
  RawDocument,
  RollupDocument,
  Severity,
} from '@iot/mongo';
import { isoTime } from './edge-times.js';
import type { RowOf } from './page.js';

/**
 * A reading as served. Its sensor values stand beside the fixed fields, by catalogue name. Times
 * are ISO 8601 in UTC, here and below.
 */
export interface TelemetryRow {
  event_id: string;
  device_id: string;
  ts: string | null;
  received_at: string | null;
  lat?: number;
  lon?: number;
  [sensor: string]: string | number | null | undefined;
}

/** A rollup row as served; `timestamp` is the start of the window. */
export interface AggregateRow {
  device_id: string;
  sensor_type: string;
  window: string;
  timestamp: string | null;
  count: number;
  sum: number;
  min: number;
  max: number;
  average: number;
  version: number;
  updated_at: string | null;
}

/** An alert as served. */
export interface AlertRow {
  id: string;
  device_id: string;
  sensor_type: string;
  alert_type: AlertType;
  severity: Severity;
  status: 'active' | 'resolved';
  message: string;
  value: number;
  threshold: number;
  timestamp: string | null;
  occurrences: number;
  last_value: number;
  last_seen: string | null;
  resolved_at: string | null;
  created_at: string | null;
}

/** A device as served. */
export interface DeviceRow {
  device_id: string;
  first_seen: string | null;
  last_seen: string | null;
  latest: Record<string, { value: number; ts: string | null }>;
}

/** One value of one sensor of one device. */
export interface SensorRow {
  device_id: string;
  sensor_type: string;
  value: number;
  ts: string | null;
}

const NOT_SENSORS = new Set([
  '_id',
  'event_id',
  'device_id',
  'ts',
  'received_at',
  'lat',
  'lon',
  'source',
]);

const sensorValues = (document: RawDocument): [string, number][] =>
  Object.entries(document).filter(
    (entry): entry is [string, number] =>
      !NOT_SENSORS.has(entry[0]) && typeof entry[1] === 'number',
  );

export function telemetryRow(document: RawDocument): TelemetryRow {
  const { _id, event_id, device_id, ts, received_at, lat, lon } = document;
  return {
    // What an older version stored has its event's id there.
    event_id: event_id ?? _id,
    device_id,
    ts: isoTime(ts),
    received_at: isoTime(received_at),
    ...Object.fromEntries(sensorValues(document)),
    ...(lat !== undefined && lon !== undefined && { lat, lon }),
  };
}

export const aggregateRow = (document: RollupDocument): AggregateRow => {
  const {
    device_id,
    sensor_type,
    window,
    timestamp,
    count,
    sum,
    min,
    max,
    average,
    version,
    updated_at,
  } = document;
  return {
    device_id,
    sensor_type,
    window,
    timestamp: isoTime(timestamp),
    count,
    sum,
    min,
    max,
    average,
    version,
    updated_at: isoTime(updated_at),
  };
};

export const alertRow = (document: AlertDocument): AlertRow => ({
  id: document._id,
  device_id: document.device_id,
  sensor_type: document.sensor_type,
  alert_type: document.alert_type,
  severity: document.severity,
  status: document.status,
  message: document.message,
  value: document.value,
  threshold: document.threshold,
  timestamp: isoTime(document.timestamp),
  occurrences: document.occurrences,
  last_value: document.last_value,
  last_seen: isoTime(document.last_seen),
  resolved_at: document.resolved_at ? isoTime(document.resolved_at) : null,
  created_at: isoTime(document.created_at),
});

export const deviceRow = ({ _id, first_seen, last_seen, latest }: DeviceDocument): DeviceRow => ({
  device_id: _id,
  first_seen: isoTime(first_seen),
  last_seen: isoTime(last_seen),
  latest: Object.fromEntries(
    Object.entries(latest ?? {}).map(([sensor, { value, ts }]) => [
      sensor,
      { value, ts: isoTime(ts) },
    ]),
  ),
});

const bySensor = (only: string | undefined, entries: RowOf<SensorRow>[]): RowOf<SensorRow>[] =>
  entries
    .filter(({ part }) => only === undefined || part === only)
    .sort((a, b) => (a.part! < b.part! ? -1 : 1));

/** The latest value of each sensor of a device, or of `only` that one. */
export const latestRows = ({ _id, latest }: DeviceDocument, only?: string): RowOf<SensorRow>[] =>
  bySensor(
    only,
    Object.entries(latest ?? {}).map(([sensor_type, { value, ts }]) => ({
      part: sensor_type,
      row: { device_id: _id, sensor_type, value, ts: isoTime(ts) },
    })),
  );

/** The values of one reading, or of `only` that sensor. */
export const historyRows = (document: RawDocument, only?: string): RowOf<SensorRow>[] =>
  bySensor(
    only,
    sensorValues(document).map(([sensor_type, value]) => ({
      part: sensor_type,
      row: { device_id: document.device_id, sensor_type, value, ts: isoTime(document.ts) },
    })),
  );
