import { FakeApiServer } from '@iot/kubernetes/testing';
import { Registry } from '@iot/metrics';
import { jest } from '@jest/globals';
import { pino } from 'pino';
import { alertsConfig } from '../config.js';
import type { Thresholds } from '../core/thresholds.js';
import { alertsMetrics } from '../metrics.js';
import { ThresholdUpdates, type Judge } from './threshold-updates.js';

// The first call loads the client.
jest.setTimeout(60_000);

const FAST = { backoff: { firstMs: 10, maxMs: 100 }, silenceMs: 60_000 };

let server: FakeApiServer;
let registry: Registry;
let lines: {
  level: number;
  msg: string;
  errors?: string[];
  changes?: string[];
  reason?: string;
  error?: string;
}[];
let judge: Judge & { thresholds: Thresholds };
let updates: ThresholdUpdates;

async function eventually<T>(check: () => T): Promise<Awaited<T>> {
  for (const end = Date.now() + 20_000; ; await new Promise((resolve) => setTimeout(resolve, 10)))
    try {
      return await check();
    } catch (error) {
      if (Date.now() > end) throw error;
    }
}

/** @param env of the process; with the address of the API server unless it is told another */
function start(env: NodeJS.ProcessEnv = {}): void {
  const loaded = alertsConfig({
    THRESHOLDS_CONFIGMAP: 'limits',
    KUBECONFIG: server.kubeconfig(),
    KUBERNETES_NAMESPACE: 'iot',
    ...env,
  });
  registry = new Registry();
  judge = {
    thresholds: loaded.thresholds,
    judgeBy: async (next) => void (judge.thresholds = next),
  };
  const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line) as never) });
  updates = new ThresholdUpdates(loaded, judge, alertsMetrics(registry), log, FAST);
  updates.onApplicationBootstrap();
}

const max = () => judge.thresholds.get('temperature_c')!.max;
const metric = async (
  name: string,
  labels: Record<string, string> = {},
): Promise<number | undefined> =>
  (await registry.getSingleMetric(name)!.get()).values.find((value) =>
    Object.entries(labels).every(([k, v]) => value.labels[k] === v),
  )?.value;
const reloads = async () => [
  await metric('thresholds_reloads_total', { outcome: 'applied' }),
  await metric('thresholds_reloads_total', { outcome: 'rejected' }),
];
const said = () => server.events.map(({ type, reason, message }) => [type, reason, message]);

beforeEach(async () => {
  lines = [];
  server = new FakeApiServer();
  await server.start();
  server.setConfigMap('limits', { TEMP_MAX_THRESHOLD: '50' });
});
afterEach(async () => {
  await updates.onApplicationShutdown();
  await server.stop();
});

it('edits of the ConfigMap are put in force, and said in a metric, a line and an Event', async () => {
  start({ TEMP_MAX_THRESHOLD: '50' });
  await eventually(() => expect(server.watching).toBe(1));
  expect([await reloads(), lines, said()]).toEqual([[0, 0], [], []]);
  expect(await metric('thresholds_watch_up', { configmap: 'limits' })).toBe(1);
  const since = await metric('thresholds_in_force_since_timestamp_seconds');
  expect(since).toBeGreaterThan(Date.now() / 1000 - 60);

  server.setConfigMap('limits', { TEMP_MAX_THRESHOLD: '60' });
  await eventually(() => expect(said()).toHaveLength(1));
  const change = 'temperature_c: -10 … 60 °C (was -10 … 50 °C)';
  expect(max()).toBe(60);
  expect(await reloads()).toEqual([1, 0]);
  expect(lines).toMatchObject([
    { level: 30, msg: 'thresholds of the ConfigMap are in force', changes: [change] },
  ]);
  expect(said()).toEqual([
    ['Normal', 'ThresholdsApplied', `In force from the next readings on: ${change}`],
  ]);
  expect(server.events[0]!.involvedObject).toMatchObject({ name: 'limits', uid: 'uid-of-limits' });
});

it('what was edited before the watch began is put in force too', async () => {
  start({ TEMP_MAX_THRESHOLD: '40' });
  await eventually(() => expect(said()).toHaveLength(1));
  expect(max()).toBe(50);
});

it('a bad edit keeps the old ones, as a whole, and says so; the next good one counts', async () => {
  start();
  await eventually(() => expect(server.watching).toBe(1));
  server.setConfigMap('limits', { TEMP_MAX_THRESHOLD: '60', HUMIDITY_MAX_THRESHOLD: 'wet' });
  await eventually(() => expect(said()).toHaveLength(1));
  expect(max()).toBe(50);
  expect(await reloads()).toEqual([0, 1]);
  expect(await metric('thresholds_rejected')).toBe(1);
  const why = 'HUMIDITY_MAX_THRESHOLD is "wet"; allowed: a number';
  expect(lines).toMatchObject([{ level: 50, errors: [why] }]);
  expect(said()).toEqual([['Warning', 'ThresholdsRejected', expect.stringContaining(why)]]);

  server.setConfigMap('limits', { TEMP_MAX_THRESHOLD: '50' });
  await eventually(() => expect(said()).toHaveLength(2));
  expect(said()[1]).toEqual([
    'Normal',
    'ThresholdsApplied',
    expect.stringContaining('as before the edit that was refused'),
  ]);
  expect([await metric('thresholds_rejected'), await reloads()]).toEqual([0, [1, 1]]);
});

it('without a ConfigMap the thresholds stay, and so they do when it is deleted', async () => {
  server.deleteConfigMap('limits');
  start({ TEMP_MAX_THRESHOLD: '45' });
  await eventually(() =>
    expect(lines).toMatchObject([
      { level: 40, msg: 'the ConfigMap is not there; the thresholds stay as they are' },
    ]),
  );
  await eventually(() => expect(server.watching).toBe(1));
  server.setConfigMap('limits', { TEMP_MAX_THRESHOLD: '55' });
  await eventually(() => expect(max()).toBe(55));
  server.deleteConfigMap('limits');
  await eventually(() => expect(lines).toHaveLength(3));
  expect(max()).toBe(55);
});

it('without permission the thresholds are those of the environment, a line and a metric say so, and it is watched when allowed', async () => {
  server.denied.add('GET configmaps').add('POST events');
  start({ TEMP_MAX_THRESHOLD: '45' });
  await eventually(() => expect(server.requests.length).toBeGreaterThan(4));
  expect(lines).toMatchObject([
    {
      level: 40,
      error: 'missing permission: get, list and watch configmaps "limits" in namespace iot',
    },
  ]);
  expect([max(), await metric('thresholds_watch_up')]).toEqual([45, 0]);
  server.denied.delete('GET configmaps');
  await eventually(() => expect(max()).toBe(50));
  await eventually(async () => expect(await metric('thresholds_watch_up')).toBe(1));
  await eventually(() =>
    expect(lines.at(-1)).toMatchObject({
      msg: 'cannot write an Event',
      error: 'missing permission: create events in namespace iot',
    }),
  );
});

it.each<[string, NodeJS.ProcessEnv, number]>([
  ['outside a cluster says that nothing is watched', { KUBECONFIG: '' }, 1],
  ['without the name of a ConfigMap does nothing', { THRESHOLDS_CONFIGMAP: '' }, 0],
])('%s', async (_, env, count) => {
  start(env);
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(lines).toHaveLength(count);
  expect(server.requests).toEqual([]);
});
