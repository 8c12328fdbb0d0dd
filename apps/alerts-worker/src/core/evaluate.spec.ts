import fc from 'fast-check';
import { AlertChanges, evaluate, newDeviceState, type DeviceState } from '@iot/alerting';
import type { AlertDocument } from '@iot/mongo';
import { alertDocument } from './alert-document.js';
import { arbitraryLog, BOUNDS, SENSORS } from '../testing/arbitrary-log.js';
import { expectedAlerts, type LoggedReading } from '../testing/oracle.js';
import { deviceState, stateDocument } from './state-document.js';
import { thresholdSet } from '../testing/threshold-set.js';

const set = thresholdSet();

/** Evaluates a log from the states given, and puts what changed into `alerts`. */
function play(
  log: readonly LoggedReading[],
  states = new Map<string, DeviceState>(),
  alerts = new Map<string, AlertDocument>(),
) {
  let newer = 0;
  for (const { id, device, ts, receivedAt, values } of log) {
    const state = states.get(device) ?? newDeviceState(device, set.of(device));
    states.set(device, state);
    const changes = new AlertChanges();
    if (evaluate(state, { eventId: id, deviceId: device, ts, values }, receivedAt, NaN, changes))
      newer++;
    for (const alert of changes.changed) alerts.set(alertDocument(alert)._id, alertDocument(alert));
  }
  return { states, alerts, newer };
}

const withoutMessage = (alerts: ReadonlyMap<string, AlertDocument>) =>
  [...alerts.values()]
    .map(({ message: _, ...rest }) => rest)
    .sort((a, b) => (a._id < b._id ? -1 : 1));

const withoutVersion = (state: DeviceState) => stateDocument({ ...state, version: 0 });

const expected = (log: readonly LoggedReading[]) =>
  [...expectedAlerts(log, BOUNDS).values()].sort((a, b) => (a._id < b._id ? -1 : 1));

const at = (ts: number, values: Record<string, number>, id = `e${ts}`): LoggedReading => ({
  id,
  device: 'd',
  ts,
  receivedAt: 5000 + ts,
  values,
});

describe('evaluate', () => {
  it('raises outside a bound only, not on it', () => {
    expect(
      play([
        at(1, { heat: 10 }),
        at(2, { heat: 0 }),
        at(3, { load: 20 }),
        at(4, { load: -1e9 }),
        at(5, { motion: 1e9 }),
      ]).alerts.size,
    ).toBe(0);
  });

  it('takes no notice of a copy that says another time and value, within the last 16 readings, also after its state was stored', () => {
    const first = play([at(1, { heat: 5 }, 'a'), at(2, { heat: 99 }, 'a')]);
    expect([...first.alerts.keys()]).toEqual([]);
    const kept = deviceState(structuredClone(stateDocument(first.states.get('d')!)), set);
    const others = (n: number) =>
      Array.from({ length: n }, (_, i) => at(3 + i, { heat: 5 }, `b${i}`));
    const copy = at(50, { heat: 99 }, 'a');
    expect([...play([...others(15), copy], new Map([['d', kept]])).alerts.keys()]).toEqual([]);
    expect([...play([at(1, { heat: 5 }, 'a'), ...others(16), copy]).alerts.keys()]).toEqual([
      'd|heat|above_max|50',
    ]);
    // It does not even count as the newest: a reading of before its time is evaluated.
    expect([
      ...play([at(1, { heat: 5 }, 'a'), copy, at(20, { heat: 11 }, 'c')]).alerts.keys(),
    ]).toEqual(['d|heat|above_max|20']);
  });

  it('says in words what happened', () => {
    const messages = [...play([at(1, { heat: 10.5 }), at(2, { heat: -0.25 })]).alerts.values()].map(
      ({ message }) => message,
    );
    expect(messages).toEqual([
      'heat of d is 10.5 °C, above its maximum of 10 °C',
      'heat of d is -0.25 °C, below its minimum of 0 °C',
    ]);
  });

  it('resolves one alert and raises the other when a value jumps from above to below', () => {
    const { alerts } = play([at(1, { heat: 11 }), at(2, { heat: -1 })]);
    expect([...alerts.values()]).toMatchObject([
      { alert_type: 'above_max', status: 'resolved', resolved_at: new Date(2) },
      { alert_type: 'below_min', status: 'active', timestamp: new Date(2) },
    ]);
  });

  it('lets the severity grow, never shrink', () => {
    const severity = (...heats: number[]) =>
      [...play(heats.map((heat, i) => at(i, { heat }))).alerts.values()][0]!.severity;
    expect([
      severity(11),
      severity(15),
      severity(16),
      severity(16, 11),
      severity(11, 16, 11),
    ]).toEqual(['warning', 'warning', 'critical', 'critical', 'critical']);
  });

  it('equals the oracle on any log', () => {
    fc.assert(
      fc.property(arbitraryLog(['a', 'b']), (log) => {
        expect(withoutMessage(play(log).alerts)).toEqual(expected(log));
      }),
      { numRuns: 500 },
    );
  });

  it('changes nothing for readings that it has evaluated before, whatever their order', () => {
    fc.assert(
      fc.property(arbitraryLog(['a', 'b'], 30), fc.infiniteStream(fc.nat()), (log, order) => {
        const { states, alerts } = play(log);
        const before = [...states.values()].map(withoutVersion);
        const known = structuredClone([...alerts]);
        const again = log
          .map((entry) => ({ entry, key: order.next().value! }))
          .sort((x, y) => x.key - y.key);
        expect(
          play(
            again.map(({ entry }) => entry),
            states,
            alerts,
          ).newer,
        ).toBe(0);
        expect([...states.values()].map(withoutVersion)).toEqual(before);
        expect([...alerts]).toEqual(known);
      }),
    );
  });

  it('goes on from a stored state, and from any earlier one, as if it had never stopped', () => {
    fc.assert(
      fc.property(arbitraryLog(['a']), fc.nat(), fc.nat(), (log, x, y) => {
        const [storedAt, stoppedAt] = [x % (log.length + 1), y % (log.length + 1)].sort(
          (p, q) => p - q,
        ) as [number, number];
        const whole = play(log);
        const first = play(log.slice(0, storedAt));
        const stored = [...first.states.values()].map((state) =>
          structuredClone(stateDocument(state)),
        );
        const beforeStop = play(log.slice(storedAt, stoppedAt), first.states, first.alerts);
        const loaded = new Map(
          stored.map((document) => [document._id, deviceState(document, set)]),
        );
        const after = play(log.slice(storedAt), loaded, beforeStop.alerts);
        expect(withoutMessage(after.alerts)).toEqual(withoutMessage(whole.alerts));
        expect([...after.states.values()].map(withoutVersion)).toEqual(
          [...whole.states.values()].map(withoutVersion),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('keeps what is known of a sensor when the catalogue changes around it', () => {
    const { states } = play([at(1, { heat: 11, load: 25 })]);
    const stored = stateDocument(states.get('d')!);
    const moved = deviceState(stored, thresholdSet([...SENSORS].reverse()));
    expect(moved.lastTs[moved.rules.clocks.indexOf('heat')]).toBe(1);
    expect(moved.active.map(({ rule: { id, clock } }) => [id, moved.rules.clocks[clock]])).toEqual([
      ['heat|above_max', 'heat'],
      ['load|above_max', 'load'],
    ]);
    const less = deviceState(stored, thresholdSet(SENSORS.slice(1)));
    expect(less.active.map(({ rule: { id, index } }) => [id, index])).toEqual([
      ['heat|above_max', -1],
      ['load|above_max', 0],
    ]);
  });
});
