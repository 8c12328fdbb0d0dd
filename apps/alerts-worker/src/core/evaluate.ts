import type { AlertType, Severity } from '@iot/mongo';
import type { Reading } from '@iot/telemetry';
import type { AlertChanges } from './alert-changes.js';
import type { Alert, DeviceState } from './device-state.js';
import { settleTold, takeOver } from './reconcile.js';
import { addRecent } from './recent-ids.js';
import type { Threshold, Thresholds } from './thresholds.js';

/**
 * Evaluates one reading. A sensor's value counts only when the reading is newer than the last one
 * evaluated of that device and sensor, so exact duplicates, replays and late readings change
 * nothing. Nor does a copy that says a newer time, while the device's recent ids tell. Nothing but
 * the arguments matters, and only `state` and `changes` are changed.
 * @param receivedAt epoch ms, of the record
 * @returns whether it was newer for any sensor that has a bound, or alerts had to be made to agree,
 *   so that `state` is another now
 */
export function evaluate(
  state: DeviceState,
  { eventId, ts, values }: Reading,
  receivedAt: number,
  thresholds: Thresholds,
  changes: AlertChanges,
): boolean {
  const { lastTs } = state;
  let isCounted = false;
  let newer = state.told.length > 0 && settleTold(state, changes);
  for (const name in values) {
    const threshold = thresholds.get(name);
    if (threshold === undefined || ts <= lastTs[threshold.index]!) continue;
    if (!isCounted && !addRecent(state.recent, eventId)) break;
    isCounted = true;
    lastTs[threshold.index] = ts;
    newer = true;
    const value = values[name]!;
    if (state.told.length > 0) takeOver(state, threshold, ts, changes);
    if (value > threshold.max || value < threshold.min || state.active.length > 0)
      judge(state, threshold, value, ts, receivedAt, changes);
  }
  if (newer && state.told.length > 0) settleTold(state, changes);
  return newer;
}

function judge(
  state: DeviceState,
  sensor: Threshold,
  value: number,
  ts: number,
  receivedAt: number,
  changes: AlertChanges,
): void {
  const above = value > sensor.max;
  const below = value < sensor.min;
  follow(
    state,
    sensor,
    'above_max',
    above,
    value > sensor.criticalAbove ? 'critical' : 'warning',
    value,
    ts,
    receivedAt,
    changes,
  );
  follow(
    state,
    sensor,
    'below_min',
    below,
    value < sensor.criticalBelow ? 'critical' : 'warning',
    value,
    ts,
    receivedAt,
    changes,
  );
}

/** One alert type of one sensor: raise, go on, resolve, or nothing. */
function follow(
  state: DeviceState,
  sensor: Threshold,
  type: AlertType,
  violated: boolean,
  severity: Severity,
  value: number,
  ts: number,
  receivedAt: number,
  changes: AlertChanges,
): void {
  const alert = state.active.find(
    (candidate) => candidate.type === type && candidate.sensor.index === sensor.index,
  );
  if (alert === undefined) {
    if (!violated) return;
    const raised = raise(state.deviceId, sensor, type, severity, value, ts, receivedAt);
    state.active.push(raised);
    changes.raised.add(raised);
    changes.changed.add(raised);
    return;
  }
  alert.version++;
  if (violated) {
    alert.occurrences++;
    alert.lastValue = value;
    alert.lastSeen = ts;
    if (severity === 'critical') alert.severity = severity;
  } else {
    alert.resolvedAt = ts;
    state.active = state.active.filter((other) => other !== alert);
  }
  changes.changed.add(alert);
}

function raise(
  deviceId: string,
  sensor: Threshold,
  type: AlertType,
  severity: Severity,
  value: number,
  ts: number,
  receivedAt: number,
): Alert {
  return {
    deviceId,
    sensor,
    type,
    ts,
    value,
    threshold: type === 'above_max' ? sensor.max : sensor.min,
    createdAt: receivedAt,
    severity,
    occurrences: 1,
    lastValue: value,
    lastSeen: ts,
    resolvedAt: null,
    version: 1,
  };
}
