import {
  AlertChanges,
  alertId,
  DeviceBackTest,
  evaluate,
  judgeSilence,
  newDeviceState,
  PartitionProgress,
  RuleSet,
  type Alert,
  type DeviceState,
  type VersionedRule,
} from '@iot/alerting';
import fc from 'fast-check';
import { arbitraryRules, arbitrarySeconds } from '../testing/arbitrary-rules.js';
import type { LoggedReading } from '../testing/oracle.js';
import { expectedRuleAlerts, type ExpectedRuleAlert } from '../testing/rule-oracle.js';
import { UNITS } from '../testing/threshold-set.js';
import { deviceState, stateDocument } from './state-document.js';

const found = (alert: Alert): ExpectedRuleAlert => ({
  id: alertId(alert),
  status: alert.status,
  severity: alert.severity,
  value: alert.value,
  occurrences: alert.occurrences,
  lastValue: alert.lastValue,
  lastSeen: alert.lastSeen,
  resolvedAt: alert.resolvedAt,
  version: alert.version,
});
const byId = (alerts: Iterable<ExpectedRuleAlert>): ExpectedRuleAlert[] =>
  [...alerts].sort((a, b) => (a.id < b.id ? -1 : 1));
const reading = ({ id, device, ts, values }: LoggedReading) => ({
  eventId: id,
  deviceId: device,
  ts,
  values,
});

/** As the worker does, with a state that is stored and read at each of these places. */
function live(
  log: readonly LoggedReading[],
  rules: readonly VersionedRule[],
  stored: ReadonlySet<number> = new Set(),
): ExpectedRuleAlert[] {
  const set = new RuleSet([], rules, UNITS);
  const progress = new PartitionProgress();
  let states = new Map<string, DeviceState>();
  const alerts = new Map<string, ExpectedRuleAlert>();
  const take = ({ changed }: AlertChanges): void => {
    for (const alert of changed) alerts.set(alertId(alert), found(alert));
  };
  let ms = 0;
  log.forEach((entry, i) => {
    if (stored.has(i))
      states = new Map(
        [...states].map(([id, state]) => [id, deviceState(stateDocument(state), set)]),
      );
    ms = progress.record(entry.receivedAt, 0);
    const state = states.get(entry.device) ?? newDeviceState(entry.device, set.of(entry.device));
    states.set(entry.device, state);
    const changes = new AlertChanges();
    evaluate(state, reading(entry), entry.receivedAt, ms, changes);
    take(changes);
  });
  for (const state of states.values()) {
    const changes = new AlertChanges();
    judgeSilence(state, ms, changes);
    take(changes);
  }
  return byId(alerts.values());
}

function backTested(
  log: readonly LoggedReading[],
  rules: readonly VersionedRule[],
): ExpectedRuleAlert[] {
  const set = new RuleSet([], rules, UNITS);
  const alerts: ExpectedRuleAlert[] = [];
  for (const device of new Set(log.map((entry) => entry.device))) {
    const test = new DeviceBackTest(device, set, (alert) => alerts.push(found(alert)));
    for (const entry of log)
      if (entry.device === device) test.add(reading(entry), entry.receivedAt);
    test.end(log.at(-1)!.receivedAt);
  }
  return byId(alerts);
}

const raised = (alerts: readonly ExpectedRuleAlert[]): ExpectedRuleAlert[] =>
  alerts.filter(({ status }) => status === 'active' || status === 'resolved');
const runs = Number(process.env['MODEL_RUNS'] ?? 1000);

describe('rules of every kind', () => {
  it('raise what the oracle says, live and in a back-test', () => {
    fc.assert(
      fc.property(arbitrarySeconds(), arbitraryRules(), (log, rules) => {
        const expected = byId(expectedRuleAlerts(log, rules));
        expect(live(log, rules)).toEqual(expected);
        expect(backTested(log, rules)).toEqual(raised(expected));
      }),
      { numRuns: runs },
    );
  });

  it('go on from stored states as if nothing had been', () => {
    fc.assert(
      fc.property(
        arbitrarySeconds(40),
        arbitraryRules(),
        fc.uniqueArray(fc.nat(40)),
        (log, rules, places) => expect(live(log, rules, new Set(places))).toEqual(live(log, rules)),
      ),
      { numRuns: runs / 4 },
    );
  });

  it('say nothing of readings that come again, but that the device is there', () => {
    fc.assert(
      fc.property(arbitrarySeconds(30), arbitraryRules(), fc.nat(30), (log, rules, at) => {
        const isSilent = ({ id }: ExpectedRuleAlert): boolean =>
          rules.find(({ name }) => name === id.split('|')[1])!.condition.kind === 'silent';
        const once = live(log, rules);
        const again = live([...log.slice(0, at), ...log], rules);
        expect(again.filter((one) => !isSilent(one))).toEqual(once.filter((one) => !isSilent(one)));
        const ids = once.map(({ id }) => id);
        expect(again.map(({ id }) => id).filter((id) => !ids.includes(id))).toEqual([]);
      }),
      { numRuns: runs / 4 },
    );
  });

  const other =
    (change: (condition: Record<string, unknown>) => object) =>
    (rule: VersionedRule): VersionedRule =>
      ({ ...rule, condition: { ...rule.condition, ...change(rule.condition as never) } }) as never;
  /** Bugs, as rules that say something else than what is asked for. */
  const PLANTED: Record<string, (rule: VersionedRule) => VersionedRule> = {
    'a bound is beyond itself': other(({ bound }) =>
      bound === undefined ? {} : { bound: Number(bound) + 0.5 },
    ),
    'hysteresis is forgotten': other(() => ({ clear_at: undefined })),
    'critical is never reached': other(() => ({ critical: undefined })),
    'nothing has to hold': other(() => ({ for: undefined })),
    'gaps do not count': other((condition) => (condition['for'] ? { max_gap: '31d' } : {})),
    'a fall is a rise': other(({ direction }) => (direction ? { direction: 'rising' } : {})),
    'an average is a maximum': other(({ aggregate }) => (aggregate ? { aggregate: 'max' } : {})),
    'a silence is longer': other(({ span }) => (span ? { span: '9s' } : {})),
    'a rule is about all devices': (rule) => ({
      ...rule,
      selector: { ...rule.selector, device: '*' },
    }),
  };

  it.each(Object.entries(PLANTED))('the oracle finds that %s', (_, plant) => {
    const result = fc.check(
      fc.property(arbitrarySeconds(), arbitraryRules(), (log, rules) => {
        expect(live(log, rules.map(plant))).toEqual(byId(expectedRuleAlerts(log, rules)));
      }),
      { numRuns: 2000, endOnFailure: true },
    );
    expect(result.failed).toBe(true);
  });
});
