import type { Severity } from '../rule.js';
import type { AlertChanges } from './alert-changes.js';
import type { Alert, DeviceState } from './device-state.js';
import type { DeviceRule } from './rule-set.js';

const HOUR_MS = 3_600_000;
/** More raises than this in an hour are as bad. */
const MAX_RAISES = 60;

/** Begins an alert: pending where the rule wants its condition to hold for some time. */
export function begin(
  state: DeviceState,
  rule: DeviceRule,
  severity: Severity,
  value: number,
  ts: number,
  lastSeen: number,
  receivedAt: number,
  changes: AlertChanges,
): Alert {
  const alert: Alert = {
    deviceId: state.deviceId,
    rule,
    ruleVersion: rule.version,
    labels: rule.labels,
    alertType: rule.alertType,
    message: rule.messageOf(state.deviceId, value),
    ts,
    value,
    threshold: rule.threshold,
    createdAt: receivedAt,
    status: 'pending',
    severity,
    occurrences: 1,
    lastValue: value,
    lastSeen,
    resolvedAt: null,
    resolvedReason: null,
    raises: 0,
    version: 1,
  };
  state.active.push(alert);
  changes.changed.add(alert);
  if (rule.forMs === 0) raise(state, alert, lastSeen, receivedAt, changes);
  return alert;
}

/** Makes a pending alert active. */
export function raise(
  state: DeviceState,
  alert: Alert,
  at: number,
  receivedAt: number,
  changes: AlertChanges,
): void {
  const { id } = alert.rule;
  const before = (state.raised.get(id) ?? []).filter((ts) => ts > at - HOUR_MS);
  const raises = [...before, at].slice(-MAX_RAISES);
  state.raised = new Map([...state.raised, [id, raises]]);
  alert.raises = raises.length;
  alert.status = 'active';
  alert.createdAt = receivedAt;
  changes.raised.add(alert);
  changes.changed.add(alert);
  changes.tell('raised', alert, at);
}

/**
 * Ends an alert. Its version is to be counted up before.
 * @param reason null: a reading ended it
 */
export function end(
  state: DeviceState,
  alert: Alert,
  at: number,
  reason: string | null,
  changes: AlertChanges,
): void {
  const wasRaised = alert.status === 'active';
  alert.status = wasRaised ? 'resolved' : 'lapsed';
  alert.resolvedAt = at;
  alert.resolvedReason = reason;
  state.active = state.active.filter((other) => other !== alert);
  changes.changed.add(alert);
  if (wasRaised) changes.tell('resolved', alert, at);
}

/** A warning that has become critical stays so. */
export function becomeCritical(alert: Alert, at: number, changes: AlertChanges): void {
  if (alert.severity === 'critical') return;
  alert.severity = 'critical';
  if (alert.status === 'active') changes.tell('severity_changed', alert, at);
}
