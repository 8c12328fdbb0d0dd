import { jest } from '@jest/globals';
import { Cluster, readRelease, type Part } from './index.js';
import { autoscaler, deployment, FakeApiServer, pod } from './testing/index.js';

const SELECTOR = 'app.kubernetes.io/name=iot-telemetry';

// The first call loads the client.
jest.setTimeout(60_000);

let server: FakeApiServer;
const clusterOf = (token?: string) =>
  new Cluster({ namespace: 'iot', kubeconfig: server.kubeconfig(token) });
const release = (cluster = clusterOf()) => readRelease(cluster, SELECTOR);
const items = <T>(part: Part<T>): readonly T[] => ('items' in part ? part.items : []);
const failure = (part: Part<unknown>) =>
  'failure' in part ? [part.failure.kind, part.failure.message] : 'none';

beforeEach(async () => {
  server = new FakeApiServer();
  await server.start();
});
afterEach(() => server.stop());

describe('readRelease', () => {
  it('reads what carries the labels', async () => {
    const other = {
      metadata: { name: 'other', labels: { 'app.kubernetes.io/name': 'other' } },
      spec: {},
    };
    server.put('deployments', [deployment('dashboard-api'), other]);
    server.put('pods', [
      pod('dashboard-api', 'a', 2),
      pod('dashboard-api', 'b', 7, 'CrashLoopBackOff'),
      other,
    ]);
    server.put('horizontalpodautoscalers', [autoscaler('dashboard-api'), other]);
    expect(await release()).toEqual({
      deployments: {
        items: [
          {
            name: 'iot-dashboard-api',
            component: 'dashboard-api',
            desired: 2,
            ready: 2,
            available: 2,
            updated: 2,
            images: ['iot-telemetry:1.2.3'],
            rollout: { revision: 4, state: 'complete', at: '2026-01-31T12:00:00.000Z' },
          },
        ],
      },
      pods: {
        items: [
          {
            name: 'iot-dashboard-api-a',
            component: 'dashboard-api',
            phase: 'Running',
            ready: true,
            restarts: 2,
            waiting: null,
          },
          {
            name: 'iot-dashboard-api-b',
            component: 'dashboard-api',
            phase: 'Running',
            ready: false,
            restarts: 7,
            waiting: 'CrashLoopBackOff',
          },
        ],
      },
      autoscalers: {
        items: [
          {
            name: 'iot-dashboard-api',
            component: 'dashboard-api',
            target: 'iot-dashboard-api',
            min: 1,
            max: 5,
            current: 2,
            desired: 3,
            metrics: [{ name: 'cpu', kind: 'utilization', target: 50, current: 83 }],
          },
        ],
      },
    });
    expect(server.requests.sort()).toEqual([
      'GET deployments',
      'GET horizontalpodautoscalers',
      'GET pods',
    ]);
  });

  it.each<[string, object, object, object]>([
    [
      'no status yet',
      {},
      {
        observedGeneration: 2,
        updatedReplicas: undefined,
        availableReplicas: undefined,
        conditions: undefined,
      },
      { state: 'progressing', at: null },
    ],
    ['an old pod that is still there', {}, { replicas: 3 }, { state: 'progressing' }],
    [
      'a generation that the controller has not seen',
      {},
      { observedGeneration: 2 },
      { state: 'progressing' },
    ],
    ['a pod that is not available', {}, { availableReplicas: 1 }, { state: 'progressing' }],
    [
      'a deadline that has passed',
      {},
      {
        availableReplicas: 1,
        conditions: [
          {
            type: 'Progressing',
            status: 'False',
            reason: 'ProgressDeadlineExceeded',
            lastUpdateTime: 'x',
          },
        ],
      },
      { state: 'failed', at: null },
    ],
    [
      'no replicas wanted',
      { replicas: 0 },
      { replicas: 0, updatedReplicas: 0, availableReplicas: 0 },
      { state: 'complete' },
    ],
  ])('the rollout of a Deployment with %s', async (_, spec, status, rollout) => {
    server.put('deployments', [deployment('aggregator-worker', spec, status)]);
    expect(items((await release()).deployments)[0]).toMatchObject({ rollout });
  });

  it('reads each kind of autoscaler metric, and null while there is no value', async () => {
    const target = { type: 'AverageValue', averageValue: '1k' };
    server.put('horizontalpodautoscalers', [
      autoscaler(
        'aggregator-worker',
        {
          metrics: [
            {
              type: 'Resource',
              resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '200Mi' } },
            },
            {
              type: 'ContainerResource',
              containerResource: {
                name: 'cpu',
                container: 'app',
                target: { type: 'Utilization', averageUtilization: 60 },
              },
            },
            { type: 'Pods', pods: { metric: { name: 'rate' }, target } },
            {
              type: 'External',
              external: { metric: { name: 'lag' }, target: { type: 'Value', value: '5000' } },
            },
            {
              type: 'Object',
              object: {
                metric: { name: 'requests' },
                describedObject: { kind: 'Ingress', name: 'x' },
                target,
              },
            },
          ],
        },
        {
          currentMetrics: [
            { type: 'External', external: { metric: { name: 'lag' }, current: { value: '12k' } } },
            { type: '', resource: undefined },
            { type: 'Pods', pods: { metric: { name: 'rate' }, current: { averageValue: '900' } } },
          ],
        },
      ),
    ]);
    expect(items((await release()).autoscalers)[0]?.metrics).toEqual([
      { name: 'memory', kind: 'average_value', target: '200Mi', current: null },
      { name: 'cpu', kind: 'utilization', target: 60, current: null },
      { name: 'rate', kind: 'average_value', target: '1k', current: '900' },
      { name: 'lag', kind: 'value', target: '5000', current: '12k' },
      { name: 'requests', kind: 'average_value', target: '1k', current: null },
    ]);
  });

  it('an autoscaler that the controller has not looked at yet is read', async () => {
    const { status: _, ...fresh } = autoscaler('aggregator-worker');
    server.put('horizontalpodautoscalers', [
      { ...fresh, spec: { scaleTargetRef: { name: 'x' }, maxReplicas: 3 } } as never,
    ]);
    expect(items((await release()).autoscalers)[0]).toMatchObject({
      min: 1,
      max: 3,
      current: 0,
      desired: 0,
      metrics: [],
    });
  });

  it('each part fails by itself, and names the permission that is missing', async () => {
    server.put('deployments', [deployment('dashboard-api')]);
    server.denied.add('GET pods').add('GET horizontalpodautoscalers');
    const { deployments, pods, autoscalers } = await release();
    expect(items(deployments)).toHaveLength(1);
    expect(failure(pods)).toEqual(['forbidden', 'missing permission: list pods in namespace iot']);
    expect(failure(autoscalers)).toEqual([
      'forbidden',
      'missing permission: list horizontalpodautoscalers.autoscaling in namespace iot',
    ]);
  });

  it('says of bad credentials, of a server that is away, and of one that hangs, what it is', async () => {
    expect(failure((await release(clusterOf('old'))).pods)).toEqual([
      'unauthorized',
      expect.stringContaining('does not accept the credentials'),
    ]);
    const cluster = clusterOf();
    server.hanging = 'all';
    expect(failure((await release(cluster)).pods)).toEqual([
      'unreachable',
      'the API server does not answer in time',
    ]);
    await server.stop();
    expect(failure((await release(cluster)).pods)).toEqual([
      'unreachable',
      'the API server cannot be asked: ECONNREFUSED',
    ]);
  });

  it('a kubeconfig that is not there is a failure, and found when it comes', async () => {
    const cluster = new Cluster({ namespace: 'iot', kubeconfig: '/nowhere/config' });
    expect(failure((await readRelease(cluster, SELECTOR)).pods)).toEqual([
      'unreachable',
      'the API server cannot be asked: ENOENT',
    ]);
  });
});
