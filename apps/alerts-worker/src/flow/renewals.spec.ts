import { alertId, newDeviceState, refresh, RuleSet, type DeviceState } from '@iot/alerting';
import { Registry } from '@iot/metrics';
import type { AlertDocument } from '@iot/mongo';
import { alertsMetrics } from '../metrics.js';
import { AlertOutbox } from '../output/alert-outbox.js';
import { Renewals } from './renewals.js';
import { StateCache } from './state-cache.js';

const RULE = {
  name: 'hot',
  enabled: true,
  severity: 'warning' as const,
  message: null,
  labels: {},
  selector: { device: '*', sensor: 'humidity' },
  condition: { kind: 'above' as const, bound: 1 },
  version: 1,
};
const before = new RuleSet([], [RULE], new Map([['humidity', '%']]));
const after = new RuleSet([], [], new Map());
const metrics = alertsMetrics(new Registry());

/** The state of a device that has an alert of the rule that is gone. */
function hot(deviceId: string): DeviceState {
  const state = newDeviceState(deviceId, before.of(deviceId));
  const rule = state.rules.byId.get('hot')!;
  state.active.push({
    ...{ deviceId, rule, ruleVersion: 1, labels: {}, alertType: 'above', message: '' },
    ...{ ts: 1, value: 2, threshold: 1, createdAt: 1, status: 'active', severity: 'warning' },
    ...{ occurrences: 1, lastValue: 2, lastSeen: 1, resolvedAt: null, resolvedReason: null },
    ...{ raises: 1, version: 1 },
  });
  return state;
}

function setUp() {
  const stored = new Map<string, AlertDocument>();
  const told: string[] = [];
  const faults: string[] = [];
  const cache = new StateCache(2);
  const store = {
    write: async (alerts: readonly AlertDocument[]) => {
      if (faults.shift() === 'database') throw new Error('no answer');
      for (const alert of alerts) stored.set(alert._id, alert);
      return new Set<string>();
    },
    openOf: () => Promise.resolve([]),
    withIds: () => Promise.resolve([]),
  };
  const publisher = {
    publish: async (events: readonly { subject: string }[]) => {
      if (faults.shift() === 'topic') throw new Error('no answer');
      told.push(...events.map(({ subject }) => subject));
    },
  };
  const outbox = new AlertOutbox(store, publisher as never, metrics);
  const load = (ids: readonly string[]) => {
    // Others come into memory meanwhile, which has room for one that is unchanged.
    cache.add(newDeviceState('z', after.of('z')));
    return Promise.resolve(new Map(ids.map((id) => [id, hot(id)])));
  };
  const checkpoints = { epoch: 1, room: () => Promise.resolve() };
  const renewals = new Renewals('rules', { load }, { current: after }, cache, outbox, checkpoints);
  const renew = (...ids: string[]) =>
    renewals.renew(ids, after, 1, (state, changes) => {
      if (refresh(state, after, 5, NaN, changes)) cache.keep(state);
    });
  return { cache, stored, told, faults, renewals, renew, outbox };
}

const ended = (stored: ReadonlyMap<string, AlertDocument>): string[] =>
  [...stored.values()].filter(({ status }) => status === 'resolved').map((one) => one.device_id);

it('passes over no device whose state was evicted while others were read', async () => {
  const { cache, stored, renew } = setUp();
  cache.add(hot('a'));
  await renew('a', 'b');
  expect(ended(stored).sort()).toEqual(['a', 'b']);
});

it.each(['database', 'topic'])(
  'what the %s did not take is written, whatever there is to do the next time',
  async (fault) => {
    const { stored, told, faults, renewals, renew, outbox } = setUp();
    faults.push(...(fault === 'topic' ? ['none', 'topic'] : ['database']));
    await expect(renew('a')).rejects.toThrow();
    expect(outbox.isEmpty).toBe(false);
    await renewals.finish();
    await renew('b');
    expect(outbox.isEmpty).toBe(true);
    expect(ended(stored)).toEqual(['a', 'b']);
    expect(told).toEqual(['a', 'b'].map((id) => alertId(hot(id).active[0]!)));
  },
);

it('does nothing by states that were dropped meanwhile', async () => {
  const { stored, renewals } = setUp();
  let renewed = 0;
  await renewals.renew(['a'], after, 0, () => renewed++);
  expect([renewed, stored.size]).toEqual([0, 0]);
});
