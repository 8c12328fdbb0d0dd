import {
  acknowledgedAlertEvent,
  alertId,
  goneRule,
  type Alert,
  type AlertEvent,
  type DeviceRules,
} from '@iot/alerting';
import type { AlertDocument } from '@iot/mongo';

const DAY_MS = 86_400_000;

/** The alert as `alerts` holds it. */
export const alertDocument = (alert: Alert): AlertDocument => ({
  _id: alertId(alert),
  device_id: alert.deviceId,
  sensor_type: alert.rule.sensor,
  alert_type: alert.alertType,
  rule: alert.rule.name,
  rule_version: alert.ruleVersion,
  labels: { ...alert.labels },
  severity: alert.severity,
  message: alert.message,
  value: alert.value,
  timestamp: new Date(alert.ts),
  status: alert.status,
  threshold: alert.threshold,
  occurrences: alert.occurrences,
  last_value: alert.lastValue,
  last_seen: new Date(alert.lastSeen),
  resolved_at: alert.resolvedAt === null ? null : new Date(alert.resolvedAt),
  resolved_reason: alert.resolvedReason,
  created_at: new Date(alert.createdAt),
  raises_last_hour: alert.raises,
  version: alert.version,
  ...(alert.status === 'lapsed' && { expire_at: new Date(alert.createdAt + DAY_MS) }),
});

/** What {@link alertDocument} made, or a version before rules were data. */
export function alertFrom(document: AlertDocument, rules: Pick<DeviceRules, 'byId'>): Alert {
  const { sensor_type: sensor, alert_type: alertType, status } = document;
  const isOfThreshold = alertType === 'above_max' || alertType === 'below_min';
  const id = isOfThreshold ? `${sensor}|${alertType}` : document.rule!;
  const name = document.rule ?? `${sensor}.${alertType}`;
  const rule = rules.byId.get(id);
  const isSame = rule?.alertType === alertType && rule.sensor === sensor;
  return {
    deviceId: document.device_id,
    rule: isSame ? rule : goneRule(id, { name, sensor, alertType }),
    ruleVersion: document.rule_version ?? 0,
    labels: document.labels ?? {},
    alertType,
    message: document.message,
    ts: document.timestamp.getTime(),
    value: document.value,
    threshold: document.threshold,
    createdAt: document.created_at.getTime(),
    status,
    severity: document.severity,
    occurrences: document.occurrences,
    lastValue: document.last_value,
    lastSeen: document.last_seen.getTime(),
    resolvedAt: document.resolved_at?.getTime() ?? null,
    resolvedReason: document.resolved_reason ?? null,
    raises: document.raises_last_hour ?? 1,
    version: document.version,
  };
}

/** What is told of an alert that somebody has acknowledged. */
export function acknowledgedEvent(document: AlertDocument): AlertEvent {
  const { by, at, note } = document.acknowledgement!;
  return acknowledgedAlertEvent(alertFrom(document, { byId: new Map() }), {
    by,
    at: at.toISOString(),
    note,
  });
}
