import type { Reading } from '@iot/telemetry';
import type { AlertChanges } from './alert-changes.js';
import { becomeCritical, begin, end, raise } from './alert-life.js';
import type { DeviceState } from './device-state.js';
import { rateOf, windowOver } from './measures.js';
import { addRecent } from './recent-ids.js';
import { settleTold, takeOver } from './reconcile.js';
import type { DeviceRule, SensorRules } from './rule-set.js';
import { hearFrom } from './silence.js';

/**
 * Evaluates one reading. A sensor's value counts only when the reading is newer than the last one
 * evaluated of that device and sensor, so exact duplicates, replays and late readings change
 * nothing. Nor does a copy that says a newer time, while the device's recent ids tell. Nothing but
 * the arguments matters, and only `state` and `changes` are changed.
 * @param receivedAt epoch ms, of the record
 * @param progress of the record's partition, ms: see progress.ts. NaN: it says nothing of silence
 * @returns whether it was newer for any sensor that has a rule, or alerts had to be made to agree,
 *   so that `state` is another now
 */
export function evaluate(
  state: DeviceState,
  { eventId, ts, values }: Reading,
  receivedAt: number,
  progress: number,
  changes: AlertChanges,
): boolean {
  const { lastTs } = state;
  const { sensors, silence } = state.rules;
  let isCounted = false;
  let newer = state.told.length > 0 && settleTold(state, changes);
  for (const name in values) {
    const sensor = sensors.get(name);
    if (sensor === undefined || ts <= lastTs[sensor.clock]!) continue;
    if (!isCounted && !addRecent(state.recent, eventId)) break;
    isCounted = true;
    lastTs[sensor.clock] = ts;
    newer = true;
    const value = values[name]!;
    if (state.told.length > 0) takeOver(state, sensor.clock, ts, changes);
    if (value > sensor.high || value < sensor.low || sensor.always || state.active.length > 0)
      judge(state, sensor, value, ts, receivedAt, changes);
  }
  if (silence.length > 0 && hearFrom(state, values, receivedAt, progress, changes)) newer = true;
  if (newer && state.told.length > 0) settleTold(state, changes);
  return newer;
}

function judge(
  state: DeviceState,
  sensor: SensorRules,
  value: number,
  ts: number,
  receivedAt: number,
  changes: AlertChanges,
): void {
  for (const rule of sensor.rules) {
    const measure = measureOf(state, rule, value, ts);
    if (measure !== undefined) follow(state, rule, measure, ts, receivedAt, changes);
  }
}

/** The number that a rule compares; undefined: there is none now. */
function measureOf(
  { memory }: DeviceState,
  { rate, window, index }: DeviceRule,
  value: number,
  ts: number,
): number | undefined {
  if (rate) return rateOf((memory[index] ??= []), rate, value, ts);
  if (window) return windowOver((memory[index] ??= []), window, value, ts);
  return value;
}

/** One rule: begin, raise, go on, end, or nothing. */
function follow(
  state: DeviceState,
  rule: DeviceRule,
  value: number,
  ts: number,
  receivedAt: number,
  changes: AlertChanges,
): void {
  const measure = rule.sign * value;
  const violated = measure > rule.bound;
  const alert = state.active.find((candidate) => candidate.rule === rule);
  const severity = measure > rule.critical ? 'critical' : rule.severity;
  if (alert === undefined) {
    if (violated) begin(state, rule, severity, value, ts, ts, receivedAt, changes);
    return;
  }
  alert.version++;
  if (alert.status === 'pending' && (!violated || ts - alert.lastSeen > rule.gapMs)) {
    end(state, alert, ts, null, changes);
    if (violated) begin(state, rule, severity, value, ts, ts, receivedAt, changes);
    return;
  }
  if (!violated && measure <= rule.clearAt) return end(state, alert, ts, null, changes);
  if (violated) alert.occurrences++;
  alert.lastValue = value;
  alert.lastSeen = ts;
  changes.changed.add(alert);
  if (alert.status === 'pending' && ts - alert.ts >= rule.forMs) {
    if (severity === 'critical') alert.severity = severity;
    raise(state, alert, ts, receivedAt, changes);
  } else if (severity === 'critical') becomeCritical(alert, ts, changes);
}
