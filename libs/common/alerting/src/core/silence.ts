import type { AlertChanges } from './alert-changes.js';
import { becomeCritical, begin, end } from './alert-life.js';
import type { DeviceState } from './device-state.js';
import { takeOver } from './reconcile.js';
import type { DeviceRule } from './rule-set.js';

/**
 * Records that arrive at the same time may be written in another order, some fractions of a second
 * apart: a silence is certain when so much more has gone by.
 */
export const CERTAINTY_MS = 500;

/**
 * Notes that a device was heard from. What of its silence nobody has seen yet, as it is found in a
 * backlog, is raised now, and resolved with it.
 * @returns whether it is news
 */
export function hearFrom(
  state: DeviceState,
  values: Readonly<Record<string, number>>,
  receivedAt: number,
  progress: number,
  changes: AlertChanges,
): boolean {
  if (Number.isNaN(progress)) return false;
  const { lastTs, heard } = state;
  let news = false;
  for (const { clock, sensor, rules } of state.rules.silence) {
    if (sensor !== null && values[sensor] === undefined) continue;
    if (receivedAt <= lastTs[clock]!) {
      // Known already, as it comes again, or by a clock that is behind: heard from it was all the
      // same, not before this.
      if (heard[clock]! < progress) heard[clock] = progress;
      continue;
    }
    news = true;
    if (state.told.length > 0) takeOver(state, clock, receivedAt, changes);
    const silentMs = progress - heard[clock]!;
    if (silentMs > rules[0]!.spanMs || state.active.length > 0 || rules.length > 1)
      for (const rule of rules) {
        if (heard[clock] !== -Infinity) judge(state, rule, silentMs, changes);
        const alert = openOf(state, rule);
        if (!alert) continue;
        alert.version++;
        end(state, alert, receivedAt, null, changes);
      }
    lastTs[clock] = receivedAt;
    heard[clock] = progress;
  }
  return news;
}

/**
 * Raises what the progress of the partition shows: that a device was silent for longer than a rule
 * allows.
 * @returns whether anything was raised or became critical
 */
export function judgeSilence(state: DeviceState, progress: number, changes: AlertChanges): boolean {
  const before = changes.changed.size;
  for (const { clock, rules } of state.rules.silence)
    if (state.heard[clock] !== -Infinity)
      for (const rule of rules) judge(state, rule, progress - state.heard[clock]!, changes);
  return changes.changed.size > before;
}

/** Progress at which {@link judgeSilence} has something to do; Infinity: not before it is heard. */
export function silenceDue({ rules, heard, active }: DeviceState): number {
  let due = Infinity;
  for (const { clock, rules: some } of rules.silence) {
    if (heard[clock] === -Infinity) continue;
    for (const rule of some) {
      const alert = active.find((candidate) => candidate.rule === rule);
      const after = !alert
        ? rule.spanMs
        : alert.severity === 'critical'
          ? Infinity
          : rule.criticalMs;
      due = Math.min(due, heard[clock]! + after + CERTAINTY_MS);
    }
  }
  return due;
}

const openOf = ({ active }: DeviceState, rule: DeviceRule) =>
  active.find((alert) => alert.rule === rule);

function judge(
  state: DeviceState,
  rule: DeviceRule,
  silentMs: number,
  changes: AlertChanges,
): void {
  const since = state.lastTs[rule.clock]!;
  const alert = openOf(state, rule);
  if (!alert && silentMs > rule.spanMs + CERTAINTY_MS) {
    const at = since + rule.spanMs;
    begin(state, rule, rule.severity, rule.spanMs / 1000, at, at, at, changes);
  }
  const open = alert ?? openOf(state, rule);
  if (!open || silentMs <= rule.criticalMs + CERTAINTY_MS || open.severity === 'critical') return;
  const at = since + rule.criticalMs;
  open.version++;
  open.lastSeen = at;
  open.lastValue = rule.criticalMs / 1000;
  changes.changed.add(open);
  becomeCritical(open, at, changes);
}
