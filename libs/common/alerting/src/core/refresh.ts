import { scopeHolds } from '@iot/credentials';
import type { AlertChanges } from './alert-changes.js';
import { end } from './alert-life.js';
import { NOTHING_TOLD, newDeviceState, type Alert, type DeviceState } from './device-state.js';
import { RuleSet, type DeviceRule } from './rule-set.js';

const NO_RULES = new RuleSet([], [], new Map());

/** Has {@link refresh} look at a state that was read, as alerts of it have rules that are gone. */
export function mustRefresh(state: DeviceState): void {
  state.rules = { ...state.rules, set: NO_RULES };
}

/** A rule that an alert has and its device has no more. */
export const goneRule = (
  id: string,
  parts: Pick<DeviceRule, 'name' | 'sensor' | 'alertType'>,
): DeviceRule => ({
  id,
  ...parts,
  version: 0,
  kind: 'above',
  severity: 'warning',
  labels: {},
  sign: 1,
  threshold: 0,
  bound: Infinity,
  clearAt: Infinity,
  critical: Infinity,
  forMs: 0,
  gapMs: 0,
  spanMs: Infinity,
  criticalMs: Infinity,
  shape: 'gone',
  messageOf: () => '',
  index: -1,
  clock: -1,
});

/**
 * Has a device judged by other rules from now on. What rules that there were before know of it goes
 * on; alerts of rules that are about it no more are resolved, with the reason.
 * @param now epoch ms
 * @param progress of the device's partition, ms; NaN: not known
 * @returns whether the state is another now
 */
export function refresh(
  state: DeviceState,
  set: RuleSet,
  now: number,
  progress: number,
  changes: AlertChanges,
): boolean {
  const before = state.rules;
  const rules = set.of(state.deviceId);
  if (rules === before) return false;
  const next = newDeviceState(state.deviceId, rules);
  before.clocks.forEach((name, clock) => {
    const there = rules.clocks.indexOf(name);
    if (there < 0) return;
    next.lastTs[there] = state.lastTs[clock]!;
    if (next.heard.length > 0) next.heard[there] = state.heard[clock] ?? -Infinity;
  });
  for (const rule of before.rules) {
    const there = rules.byId.get(rule.id);
    if (there?.shape === rule.shape && next.memory.length > 0)
      next.memory[there.index] = state.memory[rule.index];
  }
  state.rules = rules;
  state.lastTs = next.lastTs;
  state.heard = next.heard;
  state.memory = next.memory;
  const changed = listen(state, progress);
  for (const alert of [...state.active, ...state.told]) {
    const there = rules.byId.get(alert.rule.id);
    if (there?.shape === alert.rule.shape) alert.rule = there;
  }
  return closeGone(state, now, changes) || changed;
}

/**
 * Has the silence of a device, from which nothing has come since a rule is about it, count from now
 * on.
 * @returns whether the state is another now
 */
export function listen({ rules, lastTs, heard }: DeviceState, progress: number): boolean {
  if (Number.isNaN(progress)) return false;
  const newest = Math.max(-Infinity, ...lastTs);
  let changed = false;
  for (const { clock, sensor } of rules.silence) {
    const known = sensor === null ? newest : lastTs[rules.clocks.indexOf(sensor)];
    if (lastTs[clock] !== -Infinity || known === undefined || known === -Infinity) continue;
    lastTs[clock] = known;
    heard[clock] = progress;
    changed = true;
  }
  return changed;
}

/**
 * Resolves the alerts of rules that are about the device no more.
 * @returns whether there were any
 */
export function closeGone(state: DeviceState, now: number, changes: AlertChanges): boolean {
  let changed = false;
  for (const alert of [...state.active, ...state.told])
    if (state.rules.byId.get(alert.rule.id) !== alert.rule)
      changed = close(state, alert, now, changes) || changed;
  state.told = state.told.filter(({ rule }) => state.rules.byId.get(rule.id) === rule);
  if (state.told.length === 0) state.told = NOTHING_TOLD;
  return changed;
}

function close(state: DeviceState, alert: Alert, now: number, changes: AlertChanges): boolean {
  if (alert.status !== 'active' && alert.status !== 'pending') return false;
  alert.version++;
  end(state, alert, Math.max(alert.lastSeen, now), reasonOf(alert, state.rules.set), changes);
  return true;
}

function reasonOf({ rule, deviceId }: Alert, set: RuleSet): string {
  const stated = set.rules.find(({ name }) => name === rule.id);
  if (!stated) return 'rule_deleted';
  if (!stated.enabled) return 'rule_disabled';
  return scopeHolds(stated.selector.device, deviceId) ? 'rule_changed' : 'rule_narrowed';
}
