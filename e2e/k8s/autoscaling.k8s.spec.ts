import { usageConfigMap } from '@iot/local-cluster';
import { eventually } from '../platform.js';
import { CHART, cluster, deleteNamespace, describeLocally, objects, REQUIRED, restrictedNamespace, WAIT } from './cluster.js';

const labels = { 'app.kubernetes.io/component': 'ingestion-api' };
const SELECTOR = '--selector=app.kubernetes.io/component=ingestion-api';

describeLocally('the autoscaler of a component', () => {
  let namespace: string;
  beforeAll(async () => {
    namespace = await restrictedNamespace();
    const settings = ['ingestion.autoscaling.scaleDownStabilizationSeconds=0', 'ingestion.resources.requests.cpu=500m'];
    settings.push('ingestion.resources.requests.memory=512Mi', 'ingestion.resources.limits.memory=512Mi');
    await cluster.helm(['install', 'iot-telemetry', CHART, '--namespace', namespace, ...REQUIRED, ...WAIT, ...settings.flatMap((set) => ['--set', set])]);
  }, 300_000);
  afterAll(() => deleteNamespace(namespace));

  const use = (cpu: string, memory: string) =>
    cluster.kubectl(['apply', '--filename=-'], JSON.stringify(usageConfigMap(namespace, [{ labels, cpu, memory }])));
  const deployment = async () => (await objects(namespace, 'deployments', SELECTOR))[0]!;
  const autoscaler = async () => (await objects(namespace, 'horizontalpodautoscalers', SELECTOR))[0]!;
  const replicas = async (): Promise<number> => (await deployment()).spec.replicas;
  /** The number of pods once it has been the same for some of the autoscaler's rounds. */
  const settled = async (): Promise<number> => {
    let last = await replicas();
    for (let same = 0; same < 5; same++) {
      await new Promise((resolve) => setTimeout(resolve, 1000));
      const now = await replicas();
      if (now !== last) same = 0;
      last = now;
    }
    return last;
  };

  it('adds pods when they use more than their target, takes them away when they use less, and an upgrade leaves its number alone', async () => {
    const { stdout: manifest } = await cluster.helm(['get', 'manifest', 'iot-telemetry', '--namespace', namespace]);
    const [text] = manifest.split('\n---\n').filter((part) => part.includes('kind: Deployment') && part.includes('name: iot-telemetry-ingestion-api'));
    expect(text).toBeDefined();
    expect(text).not.toMatch(/^ {2}replicas:/m);
    await eventually('the least number of pods', async () => (await replicas()) === 2 || (await autoscaler()).status, 60_000);

    // 120 % of the request where 60 % is wanted: at least twice as many.
    await use('600m', '100Mi');
    await eventually('twice as many pods', async () => (await deployment()).status.readyReplicas >= 4 || (await autoscaler()).status, 60_000);

    // Just what is wanted: as many as there are, once it has been noticed.
    await use('300m', '100Mi');
    const many = await settled();
    const change = ['--reuse-values', '--set', 'config.LOG_LEVEL=warn', ...WAIT];
    await cluster.helm(['upgrade', 'iot-telemetry', CHART, '--namespace', namespace, ...change]);
    expect(await replicas()).toBe(many);

    await use('10m', '100Mi');
    await eventually('fewer pods', async () => (await replicas()) < many || (await autoscaler()).status, 90_000);

    // Memory has a say of its own: 90 % where 70 % is wanted.
    const fewer = await replicas();
    await use('10m', '460Mi');
    await eventually('more pods for their memory', async () => (await replicas()) > fewer || (await autoscaler()).status, 90_000);
    expect((await autoscaler()).spec.maxReplicas).toBe(10);
    await use('5', '512Mi');
    await eventually('the greatest number of pods', async () => (await replicas()) === 10 || (await autoscaler()).status, 150_000);
  }, 480_000);
});
