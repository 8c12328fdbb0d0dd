import type { AlertChanges } from './alert-changes.js';
import { end } from './alert-life.js';
import { NOTHING_TOLD, type Alert, type DeviceState } from './device-state.js';

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

const isSame = (a: Alert, b: Alert): boolean => a.rule.id === b.rule.id && a.ts === b.ts;

const isOpen = ({ status }: Alert): boolean => status === 'active' || status === 'pending';

/** Two workers may have come to the same version by different readings. */
const agrees = (told: Alert, known: Alert | undefined): boolean =>
  known
    ? told.status === known.status &&
      told.version === known.version &&
      told.lastSeen === known.lastSeen &&
      told.lastValue === known.lastValue &&
      told.occurrences === known.occurrences &&
      told.severity === known.severity
    : !isOpen(told);

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
    // Of a rule that is gone: refresh.ts closes it.
    if (told.rule.clock < 0 || toldOf(told) > state.lastTs[told.rule.clock]!) return true;
    const known = activeLike(state, told);
    if (agrees(told, known)) return false;
    if (known) {
      known.version = Math.max(known.version, told.version) + 1;
      changes.changed.add(known);
      changed = true;
    } else
      close(state, told, activeOfRule(state, told)?.ts ?? state.lastTs[told.rule.clock]!, changes);
    return false;
  });
  return changed;
}

/**
 * Takes over what others made of readings before `ts` by the clock, of which this state has heard
 * none. To be called before the reading at `ts` is judged.
 */
export function takeOver(
  state: DeviceState,
  clock: number,
  ts: number,
  changes: AlertChanges,
): void {
  state.told = state.told.filter((told) => {
    if (told.rule.clock !== clock || toldOf(told) >= ts) return true;
    const known = activeLike(state, told);
    if (known) state.active = state.active.filter((alert) => alert !== known);
    const other = activeOfRule(state, told);
    if (!isOpen(told)) return false;
    if (other) close(state, told, other.ts, changes);
    else state.active.push(told);
    return false;
  });
}

function close(state: DeviceState, alert: Alert, at: number, changes: AlertChanges): void {
  alert.version++;
  end(state, alert, Math.max(alert.lastSeen, at), null, changes);
}

const activeLike = ({ active }: DeviceState, alert: Alert): Alert | undefined =>
  active.find((other) => isSame(other, alert));

const activeOfRule = ({ active }: DeviceState, { rule }: Alert): Alert | undefined =>
  active.find((other) => other.rule.id === rule.id);
