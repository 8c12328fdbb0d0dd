import {
  newDeviceState,
  silenceDue,
  type Alert,
  type DeviceState,
  type RuleSet,
} from '@iot/alerting';
import type { ActiveAlertState, AlertStateDocument } from '@iot/mongo';
import { alertDocument, alertFrom } from './alert-document.js';
import { hashOf, pack, unpack, type PackedState } from './packed-state.js';

const HOUR_MS = 3_600_000;

/**
 * The state as `alert_states` holds it, under the version that follows the one it was read with.
 */
export function stateDocument(state: DeviceState): AlertStateDocument {
  const { rules, lastTs, heard, memory, partition } = state;
  const newest = Math.max(...lastTs);
  const due = silenceDue(state);
  return {
    _id: state.deviceId,
    sensors: {},
    packed: pack({
      ids: state.recent,
      clocks: rules.clocks.flatMap((name, clock) =>
        lastTs[clock] === -Infinity
          ? []
          : { name, ts: lastTs[clock]!, ...(name.startsWith('@') && { heard: heard[clock]! }) },
      ),
      memories: rules.rules.flatMap(({ id, shape, index }) =>
        memory[index] ? { rule: id, shape: hashOf(shape), numbers: memory[index] } : [],
      ),
      raised: [...state.raised]
        .map(([rule, times]) => ({ rule, times: times.filter((ts) => ts > newest - HOUR_MS) }))
        .filter(({ times }) => times.length > 0),
    }),
    open: state.active.map(alertDocument),
    version: state.version + 1,
    ...(partition >= 0 && { partition }),
    ...(rules.set.hasSilence && { line: state.line, due: due === Infinity ? null : due }),
  };
}

/** Sensors and rules that there are no more are left out, but for the alerts that are open. */
export function deviceState(document: AlertStateDocument, set: RuleSet): DeviceState {
  const state = newDeviceState(document._id, set.of(document._id));
  state.version = document.version;
  const packed = document.packed && unpack(document.packed);
  // A worker of an older version writes these, and leaves the others as they were.
  if (!packed || Object.keys(document.sensors).length > 0) return fromOlder(state, document);
  state.recent.push(...packed.ids);
  takeClocks(state, packed);
  for (const { rule: id, shape, numbers } of packed.memories) {
    const rule = state.rules.byId.get(id);
    if (rule && hashOf(rule.shape) === shape && state.memory.length > 0)
      state.memory[rule.index] = [...numbers];
  }
  if (packed.raised.length > 0)
    state.raised = new Map(packed.raised.map(({ rule, times }) => [rule, times]));
  state.partition = document.partition ?? -1;
  state.line = document.line ?? -1;
  for (const alert of document.open ?? []) state.active.push(alertFrom(alert, state.rules));
  return state;
}

function takeClocks({ rules, lastTs, heard }: DeviceState, { clocks }: PackedState): void {
  for (const { name, ts, heard: progress } of clocks) {
    const clock = rules.clocks.indexOf(name);
    if (clock < 0) continue;
    lastTs[clock] = ts;
    if (progress !== undefined) heard[clock] = progress;
  }
}

/** As it was stored before rules were data. */
function fromOlder(state: DeviceState, document: AlertStateDocument): DeviceState {
  state.recent.push(...(document.recent ?? []));
  for (const [name, { ts, active }] of Object.entries(document.sensors)) {
    const clock = state.rules.clocks.indexOf(name);
    if (clock < 0) continue;
    state.lastTs[clock] = ts.getTime();
    for (const type of ['above_max', 'below_min'] as const)
      if (active[type]) state.active.push(olderAlert(state, name, type, active[type]));
  }
  return state;
}

function olderAlert(
  { deviceId, rules }: DeviceState,
  sensor: string,
  alertType: 'above_max' | 'below_min',
  stored: ActiveAlertState,
): Alert {
  const alert = alertFrom(
    {
      ...stored,
      _id: '',
      device_id: deviceId,
      sensor_type: sensor,
      alert_type: alertType,
      message: '',
      status: 'active',
      resolved_at: null,
    },
    rules,
  );
  return { ...alert, message: alert.rule.messageOf(deviceId, alert.value) };
}
