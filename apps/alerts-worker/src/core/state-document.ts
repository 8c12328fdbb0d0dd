import type { ActiveAlertState, AlertStateDocument, AlertType, SensorAlertState } from '@iot/mongo';
import { newDeviceState, type Alert, type DeviceState } from './device-state.js';
import type { Threshold, Thresholds } from './thresholds.js';

const TYPES: readonly AlertType[] = ['above_max', 'below_min'];

/**
 * The state as `alert_states` holds it, under the version that follows the one it was read with.
 */
export function stateDocument(state: DeviceState, thresholds: Thresholds): AlertStateDocument {
  const sensors: Record<string, SensorAlertState> = {};
  for (const { sensor, index } of thresholds.values()) {
    const ts = state.lastTs[index]!;
    if (ts !== -Infinity) sensors[sensor] = { ts: new Date(ts), active: {} };
  }
  for (const alert of state.active)
    sensors[alert.sensor.sensor]!.active[alert.type] = storedAlert(alert);
  return { _id: state.deviceId, sensors, recent: [...state.recent], version: state.version + 1 };
}

/** Sensors that have no bound any more are left out. */
export function deviceState(document: AlertStateDocument, thresholds: Thresholds): DeviceState {
  const state = newDeviceState(document._id, thresholds.size);
  state.version = document.version;
  state.recent.push(...(document.recent ?? []));
  for (const [name, { ts, active }] of Object.entries(document.sensors)) {
    const sensor = thresholds.get(name);
    if (!sensor) continue;
    state.lastTs[sensor.index] = ts.getTime();
    for (const type of TYPES)
      if (active[type]) state.active.push(alertOf(document._id, sensor, type, active[type]));
  }
  return state;
}

const storedAlert = (alert: Alert): ActiveAlertState => ({
  timestamp: new Date(alert.ts),
  value: alert.value,
  threshold: alert.threshold,
  severity: alert.severity,
  occurrences: alert.occurrences,
  last_value: alert.lastValue,
  last_seen: new Date(alert.lastSeen),
  created_at: new Date(alert.createdAt),
  version: alert.version,
});

const alertOf = (
  deviceId: string,
  sensor: Threshold,
  type: AlertType,
  stored: ActiveAlertState,
): Alert => ({
  deviceId,
  sensor,
  type,
  ts: stored.timestamp.getTime(),
  value: stored.value,
  threshold: stored.threshold,
  severity: stored.severity,
  occurrences: stored.occurrences,
  lastValue: stored.last_value,
  lastSeen: stored.last_seen.getTime(),
  createdAt: stored.created_at.getTime(),
  resolvedAt: null,
  version: stored.version,
});
