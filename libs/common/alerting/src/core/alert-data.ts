import {
  alertEvent,
  type Acknowledgement,
  type AlertChange,
  type AlertEvent,
  type AlertEventData,
} from '../alert-event.js';
import type { Alert } from './device-state.js';

/**
 * The same first violating reading gives the same id, so an alert raised again by a replay is the
 * same one.
 */
export const alertId = ({ deviceId, rule: { id }, ts }: Pick<Alert, 'deviceId' | 'rule' | 'ts'>) =>
  `${deviceId}|${id}|${ts}`;

const timeText = (ms: number): string => new Date(ms).toISOString();

/** What is told of an alert as it is now. */
export const eventOfAlert = (change: AlertChange, alert: Alert, time: number): AlertEvent =>
  alertEvent(change, timeText(time), dataOf(alert));

/** What is told of an acknowledgement. */
export const acknowledgedAlertEvent = (
  alert: Alert,
  acknowledgement: Acknowledgement,
): AlertEvent => {
  const data = dataOf(alert);
  const status = data.status === 'active' ? 'acknowledged' : data.status;
  return alertEvent(
    'acknowledged',
    acknowledgement.at,
    { ...data, status, acknowledgement },
    'ack',
  );
};

const dataOf = (alert: Alert): AlertEventData => ({
  alert_id: alertId(alert),
  version: alert.version,
  status: alert.status === 'resolved' ? 'resolved' : 'active',
  severity: alert.severity,
  message: alert.message,
  labels: alert.labels,
  rule: alert.rule.name,
  rule_version: alert.ruleVersion,
  alert_type: alert.alertType,
  device_id: alert.deviceId,
  sensor_type: alert.rule.sensor,
  value: alert.value,
  last_value: alert.lastValue,
  threshold: alert.threshold,
  occurrences: alert.occurrences,
  timestamp: timeText(alert.ts),
  last_seen: timeText(alert.lastSeen),
  created_at: timeText(alert.createdAt),
  raises_last_hour: alert.raises,
  acknowledgement: null,
  resolved_at: alert.resolvedAt === null ? null : timeText(alert.resolvedAt),
  resolved_reason: alert.resolvedReason,
});
