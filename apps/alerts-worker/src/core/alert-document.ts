import type { AlertDocument } from '@iot/mongo';
import type { Alert } from './device-state.js';
import type { Thresholds } from './thresholds.js';

/**
 * The same first violating reading gives the same id, so an alert raised again by a replay is the
 * same document.
 */
export const alertId = ({
  deviceId,
  sensor,
  type,
  ts,
}: Pick<Alert, 'deviceId' | 'sensor' | 'type' | 'ts'>): string =>
  `${deviceId}|${sensor.sensor}|${type}|${ts}`;

/** The alert as `alerts` holds it. */
export function alertDocument(alert: Alert): AlertDocument {
  const { deviceId, sensor, type, ts } = alert;
  return {
    _id: alertId(alert),
    device_id: deviceId,
    sensor_type: sensor.sensor,
    alert_type: type,
    severity: alert.severity,
    message: message(alert),
    value: alert.value,
    timestamp: new Date(ts),
    status: alert.resolvedAt === null ? 'active' : 'resolved',
    threshold: alert.threshold,
    occurrences: alert.occurrences,
    last_value: alert.lastValue,
    last_seen: new Date(alert.lastSeen),
    resolved_at: alert.resolvedAt === null ? null : new Date(alert.resolvedAt),
    created_at: new Date(alert.createdAt),
    version: alert.version,
  };
}

/** What {@link alertDocument} made; undefined when the sensor has no bound any more. */
export function alertFrom(document: AlertDocument, thresholds: Thresholds): Alert | undefined {
  const sensor = thresholds.get(document.sensor_type);
  return (
    sensor && {
      deviceId: document.device_id,
      sensor,
      type: document.alert_type,
      ts: document.timestamp.getTime(),
      value: document.value,
      threshold: document.threshold,
      severity: document.severity,
      occurrences: document.occurrences,
      lastValue: document.last_value,
      lastSeen: document.last_seen.getTime(),
      createdAt: document.created_at.getTime(),
      resolvedAt: document.resolved_at?.getTime() ?? null,
      version: document.version,
    }
  );
}

function message({ deviceId, sensor: { sensor, unit }, type, value, threshold }: Alert): string {
  const of = (number: number): string => (unit === '' ? String(number) : `${number} ${unit}`);
  return `${sensor} of ${deviceId} is ${of(value)}, ${type === 'above_max' ? 'above its maximum' : 'below its minimum'} of ${of(threshold)}`;
}
