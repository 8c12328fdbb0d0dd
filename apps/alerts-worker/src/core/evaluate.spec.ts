import fc from 'fast-check';
import type { AlertDocument } from '@iot/mongo';
import { alertDocument } from './alert-document.js';
import { newDeviceState, type DeviceState } from './device-state.js';
import { AlertChanges } from './alert-changes.js';
import { evaluate } from './evaluate.js';
import { arbitraryLog, BOUNDS, MARGIN, SENSORS } from '../testing/arbitrary-log.js';
import { expectedAlerts, type LoggedReading } from '../testing/oracle.js';
import { deviceState, stateDocument } from './state-document.js';
import { compileThresholds } from './thresholds.js';

const thresholds = compileThresholds(SENSORS, MARGIN);

/** Evaluates a log from the states given, and puts what changed into `alerts`. */
function play(
  log: readonly LoggedReading[],
  states = new Map<string, DeviceState>(),
  alerts = new Map<string, AlertDocument>(),
) {
  let newer = 0;
  for (const { id, device, ts, receivedAt, values } of log) {
    const state = states.get(device) ?? newDeviceState(device, thresholds.size);
    states.set(device, state);
    const changes = new AlertChanges();
    if (
      evaluate(
        state,
        { eventId: id, deviceId: device, ts, values },
        receivedAt,
        thresholds,
        changes,
      )
    )
      newer++;
    for (const alert of changes.changed) alerts.set(alertDocument(alert)._id, alertDocument(alert));
  }
  return { states, alerts, newer };
}

const withoutMessage = (alerts: ReadonlyMap<string, AlertDocument>) =>
  [...alerts.values()]
    .map(({ message: _, ...rest }) => rest)
    .sort((a, b) => (a._id < b._id ? -1 : 1));

const expected = (log: readonly LoggedReading[]) =>
  [...expectedAlerts(log, BOUNDS).values()].sort((a, b) => (a._id < b._id ? -1 : 1));

const at = (ts: number, values: Record<string, number>, id = `e${ts}`): LoggedReading => ({
  id,
  device: 'd',
  ts,
  receivedAt: 5000 + ts,
  values,
});

const reviveDates = (key: string, value: unknown): unknown =>
  key === 'ts' ? new Date(String(value)) : value;

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
    const kept = deviceState(
      JSON.parse(
        JSON.stringify(stateDocument(first.states.get('d')!, thresholds)),
        reviveDates,
      ) as never,
      thresholds,
    );
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
        const before = structuredClone([...states.values()]);
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
        expect([...states.values()]).toEqual(before);
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
          structuredClone(stateDocument(state, thresholds)),
        );
        const beforeStop = play(log.slice(storedAt, stoppedAt), first.states, first.alerts);
        const loaded = new Map(
          stored.map((document) => [document._id, deviceState(document, thresholds)]),
        );
        const after = play(log.slice(storedAt), loaded, beforeStop.alerts);
        expect(withoutMessage(after.alerts)).toEqual(withoutMessage(whole.alerts));
        expect(
          [...after.states.values()].map((state) => stateDocument(state, thresholds).sensors),
        ).toEqual(
          [...whole.states.values()].map((state) => stateDocument(state, thresholds).sensors),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('keeps what is known of a sensor when the catalogue changes around it', () => {
    const { states } = play([at(1, { heat: 11, load: 25 })]);
    const other = compileThresholds([...SENSORS].reverse(), MARGIN);
    const moved = deviceState(stateDocument(states.get('d')!, thresholds), other);
    expect(stateDocument({ ...moved, version: 0 }, other)).toEqual(
      stateDocument(states.get('d')!, thresholds),
    );
    const less = compileThresholds(SENSORS.slice(1), MARGIN);
    expect(deviceState(stateDocument(states.get('d')!, thresholds), less).active).toMatchObject([
      { sensor: { sensor: 'load' } },
    ]);
  });
});
