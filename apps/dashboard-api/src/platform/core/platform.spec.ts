import { SERVICES } from '@iot/register';
import {
  KubernetesFailure,
  type DeploymentState,
  type PodState,
  type Release,
} from '@iot/kubernetes';
import { platformOf } from './platform.js';

const FACTS = {
  service: 'dashboard-api',
  version: '1',
  node: 'v24',
  uptime_s: 1,
  memory: { rss: 2, heap_used: 1 },
};
const TOPICS = {
  telemetry: 't',
  deadLetters: 'd',
  groups: { 'aggregator-worker': 'agg', 'alerts-worker': 'al' },
};
const LAG = {
  value: {
    topic: 't',
    partitions: 2,
    ends: [10, 9],
    kept: undefined,
    at: 0,
    groups: [
      { group: 'agg', members: 1, records: 5, byPartition: [5, 0] },
      { group: 'al', members: 0, records: 9, byPartition: [4, 5] },
    ],
  },
};
const deployment = (component: string, name = component): DeploymentState => ({
  name,
  component,
  desired: 1,
  ready: 1,
  available: 1,
  updated: 1,
  images: [],
  rollout: { revision: 1, state: 'complete', at: null },
});
const pod = (
  component: string,
  ready: boolean,
  restarts: number,
  waiting: string | null,
): PodState => ({
  name: '',
  component,
  phase: 'Running',
  ready,
  restarts,
  waiting,
});
const autoscaler = (component: string, target: string) => ({
  name: `hpa-${target}`,
  component,
  target,
  min: 1,
  max: 2,
  current: 1,
  desired: 1,
  metrics: [],
});
const failed = (kind: KubernetesFailure['kind'], message: string) => ({
  failure: new KubernetesFailure(kind, message),
});
const EMPTY: Release = {
  deployments: { items: [] },
  pods: { items: [] },
  autoscalers: { items: [] },
};
const platform = (release: Partial<Release>, lag: Parameters<typeof platformOf>[2] = LAG) =>
  platformOf(FACTS, TOPICS, lag, {
    value: { ...EMPTY, ...release, namespace: 'iot', selector: 'a=b' },
  });
const row = (component: string, release: Partial<Release>) =>
  platform(release).cluster!.components.find((each) => each.component === component);

describe('platformOf', () => {
  it('has the services in order, deployed or not, and then what else is deployed', () => {
    const { cluster, reason } = platform({
      deployments: {
        items: [deployment('simulator'), deployment('dashboard-api'), deployment('')],
      },
    });
    expect(
      cluster!.components.map(({ component, deployment: of }) => [component, of?.name ?? null]),
    ).toEqual([
      ...SERVICES.map(({ name }) => [name, name === 'dashboard-api' ? name : null]),
      ['simulator', 'simulator'],
    ]);
    expect(reason).toBeNull();
  });

  it('joins pods, autoscaler and lag by component', () => {
    const pods = {
      items: [
        pod('aggregator-worker', true, 1, null),
        pod('aggregator-worker', false, 4, 'CrashLoopBackOff'),
        pod('aggregator-worker', false, 2, 'CrashLoopBackOff'),
        pod('alerts-worker', true, 0, null),
      ],
    };
    expect(
      row('aggregator-worker', {
        pods,
        autoscalers: { items: [autoscaler('aggregator-worker', 'x')] },
      }),
    ).toEqual({
      component: 'aggregator-worker',
      deployment: null,
      pods: { count: 3, ready: 1, restarts: 7, waiting: ['CrashLoopBackOff'] },
      autoscaler: { name: 'hpa-x', min: 1, max: 2, current: 1, desired: 1, metrics: [] },
      lag: { group: 'agg', members: 1, records: 5, by_partition: [5, 0] },
    });
    expect(row('alerts-worker', { pods })).toMatchObject({
      pods: { count: 1 },
      lag: { records: 9 },
    });
    expect(row('ingestion-api', { pods })).toMatchObject({ pods: { count: 0 }, lag: null });
  });

  it('finds an autoscaler without our labels by what it scales', () => {
    const release = {
      deployments: { items: [deployment('alerts-worker', 'iot-alerts')] },
      autoscalers: { items: [autoscaler('', 'iot-alerts')] },
    };
    expect(row('alerts-worker', release)?.autoscaler?.name).toBe('hpa-iot-alerts');
    expect(row('ingestion-api', release)?.autoscaler).toBeNull();
  });

  it('a part that may not be read is null, with the permission that is missing', () => {
    const { cluster } = platform({ pods: failed('forbidden', 'missing permission: list pods') });
    expect(cluster!.components[0]).toMatchObject({ pods: null });
    expect(cluster!.missing).toEqual({
      deployments: null,
      pods: 'missing permission: list pods',
      autoscalers: null,
    });
  });

  it('everything forbidden names every permission; an API server that cannot be asked is one reason', () => {
    const forbidden = failed('forbidden', 'missing permission');
    const away = failed('unreachable', 'the API server does not answer in time');
    expect(
      platform({ deployments: forbidden, pods: forbidden, autoscalers: forbidden }).cluster?.missing
        .pods,
    ).toBe('missing permission');
    expect(platform({ deployments: away, pods: away, autoscalers: away })).toMatchObject({
      cluster: null,
      reason: away.failure.message,
    });
    expect(
      platform({ deployments: away, pods: forbidden, autoscalers: away }).cluster?.missing
        .deployments,
    ).toBe(away.failure.message);
  });

  it('an unknown lag is null with a reason, and no 0', () => {
    const { kafka, cluster } = platform({}, { reason: 'Kafka does not answer' });
    expect(kafka).toEqual({
      telemetry_topic: 't',
      dlq_topic: 'd',
      partitions: null,
      groups: null,
      ends: null,
      dead_letters: null,
      measured_at: null,
      reason: 'Kafka does not answer',
    });
    expect(cluster!.components.map(({ lag }) => lag)).toEqual(SERVICES.map(() => null));
  });

  it('outside a cluster there is everything else', () => {
    expect(platformOf(FACTS, TOPICS, LAG, { reason: 'not in a cluster' })).toMatchObject({
      process: FACTS,
      kafka: { partitions: 2, reason: null, groups: [{ group: 'agg' }, { group: 'al' }] },
      cluster: null,
      reason: 'not in a cluster',
    });
  });
});
