import { NOTHING_TOLD, type Alert, type DeviceState } from './device-state.js';
import type { AlertChanges } from './alert-changes.js';
import type { Threshold } from './thresholds.js';

/*
 * Alerts are written at once, states now and then, so `alerts` may be ahead of the state that a
 * worker starts from. Mostly the readings in between come again and lead to the same alerts. Not
 * always: when a device has moved to another partition, or a reading was redriven, the worker that
 * wrote the alert is another one, and its state is refused. So the alerts of a device are read with
 * its state, and each waits until the state has come to the time that it tells of:
 * - the same alert is active there in the same version: all is well, as after each replay;
 * - the state is past that time and says something else: the state holds, and the alert is made to
 *   agree;
 * - a newer reading comes while the state is still before that time: the readings in between are
 *   somebody else's, and what they led to is taken over.
 */

/** Time of the last reading that an alert tells of. */
const toldOf = ({ resolvedAt, lastSeen }: Alert): number => resolvedAt ?? lastSeen;

const isSame = (a: Alert, b: Alert): boolean =>
  a.sensor.index === b.sensor.index && a.type === b.type && a.ts === b.ts;

/** Two workers may have come to the same version by different readings. */
const agrees = (told: Alert, known: Alert | undefined): boolean =>
  known
    ? told.resolvedAt === null &&
      told.version === known.version &&
      told.lastSeen === known.lastSeen &&
      told.lastValue === known.lastValue &&
      told.occurrences === known.occurrences &&
      told.severity === known.severity
    : told.resolvedAt !== null;

/**
 * Notes what `alerts` has of the state's device.
 * @param stored its active alerts, and those active in the state that are not among them
 */
export function hearOf(state: DeviceState, stored: readonly Alert[]): void {
  const differing = stored.filter((alert) => !agrees(alert, activeLike(state, alert)));
  // The latest first: of two that cannot both be right it is the one to go on with.
  state.told =
    differing.length === 0 ? NOTHING_TOLD : differing.sort((a, b) => toldOf(b) - toldOf(a));
}

/**
 * Makes alerts agree whose time the state is past. Nothing is in doubt about a time to which the
 * state has come.
 * @returns whether the state was changed
 */
export function settleTold(state: DeviceState, changes: AlertChanges): boolean {
  let changed = false;
  state.told = state.told.filter((told) => {
    if (toldOf(told) > state.lastTs[told.sensor.index]!) return true;
    const known = activeLike(state, told);
    if (agrees(told, known)) return false;
    if (known) {
      known.version = Math.max(known.version, told.version) + 1;
      changes.changed.add(known);
      changed = true;
    } else close(told, activeOfType(state, told)?.ts ?? state.lastTs[told.sensor.index]!, changes);
    return false;
  });
  return changed;
}

/**
 * Takes over what others made of readings of a sensor before `ts`, of which this state has heard
 * none. To be called before the reading at `ts` is judged.
 */
export function takeOver(
  state: DeviceState,
  sensor: Threshold,
  ts: number,
  changes: AlertChanges,
): void {
  state.told = state.told.filter((told) => {
    if (told.sensor.index !== sensor.index || toldOf(told) >= ts) return true;
    const known = activeLike(state, told);
    if (known) state.active = state.active.filter((alert) => alert !== known);
    const other = activeOfType(state, told);
    if (told.resolvedAt !== null) return false;
    if (other) close(told, other.ts, changes);
    else state.active.push(told);
    return false;
  });
}

function close(alert: Alert, at: number, changes: AlertChanges): void {
  alert.resolvedAt = Math.max(alert.lastSeen, at);
  alert.version++;
  changes.changed.add(alert);
}

const activeLike = ({ active }: DeviceState, alert: Alert): Alert | undefined =>
  active.find((other) => isSame(other, alert));

const activeOfType = ({ active }: DeviceState, { sensor, type }: Alert): Alert | undefined =>
  active.find((other) => other.sensor.index === sensor.index && other.type === type);
