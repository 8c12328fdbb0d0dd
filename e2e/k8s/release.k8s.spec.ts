import { CHART, cluster, COMPONENTS, deleteNamespace, isLocal, objects, REQUIRED, restrictedNamespace, WAIT } from './cluster.js';

const RELEASE = 'iot-telemetry';

let namespace: string;
beforeAll(async () => {
  namespace = await restrictedNamespace();
}, 120_000);
afterAll(() => deleteNamespace(namespace));

const helm = (...args: string[]) => cluster.helm([...args, '--namespace', namespace]);
const components = async (kind: string): Promise<string[]> =>
  (await objects(namespace, kind)).map(({ metadata }) => metadata.labels?.['app.kubernetes.io/component'] ?? metadata.name).sort();

/**
 * Names of everything there is in the namespace, of whatever kind, but for the events that tell
 * what happened.
 */
async function everything(): Promise<string[]> {
  const { stdout: kinds } = await cluster.kubectl(['api-resources', '--namespaced', '--verbs=list', '--output=name']);
  const names = kinds.trim().split('\n').filter((kind) => !/^events(\.|$)|metrics\.k8s\.io$/.test(kind)); // prettier-ignore
  return (await cluster.kubectl(['get', names.join(','), '--namespace', namespace, '--output=name'])).stdout.trim().split('\n').sort();
}

async function container(component: string): Promise<{ image: string; resources: { requests: { cpu: string } } }> {
  const [deployment] = await objects(namespace, 'deployments', `--selector=app.kubernetes.io/component=${component}`);
  return deployment!.spec.template.spec.containers[0];
}

it('is installed with two values, upgraded with others, rolled back, and uninstalled without a trace', async () => {
  const before = await everything();

  const installed = await helm('install', RELEASE, CHART, ...REQUIRED, ...WAIT);
  expect(installed.stderr).not.toMatch(/warn/i);
  expect(await components('deployments')).toEqual(COMPONENTS);
  expect(await components('services')).toEqual(COMPONENTS);
  expect(await components('poddisruptionbudgets')).toEqual(COMPONENTS);
  const autoscaled = await components('horizontalpodautoscalers');
  expect(autoscaled).toEqual(['aggregator-worker', 'dashboard-api', 'ingestion-api']);
  for (const { metadata, status } of await objects(namespace, 'deployments'))
    if (isLocal) expect([metadata.name, status.readyReplicas >= 1]).toEqual([metadata.name, true]);

  const first = await container('ingestion-api');
  const upgraded = await helm(
    ...['upgrade', RELEASE, CHART, ...REQUIRED, ...WAIT],
    ...['--set', 'image.tag=9.9.9', '--set', 'ingestion.resources.requests.cpu=300m', '--set', 'alerts.replicas=2'],
    ...['--set', 'dashboard.autoscaling.enabled=false', '--set', 'thresholds.TEMP_MAX_THRESHOLD=45'],
  );
  expect(upgraded.stderr).not.toMatch(/warn/i);
  const second = await container('ingestion-api');
  expect(second).toMatchObject({ image: expect.stringMatching(/:9\.9\.9$/), resources: { requests: { cpu: '300m' } } });
  expect(await components('horizontalpodautoscalers')).toEqual(['aggregator-worker', 'ingestion-api']);
  const [alerts] = await objects(namespace, 'deployments', '--selector=app.kubernetes.io/component=alerts-worker');
  expect(alerts!.spec.replicas).toBe(2);

  const rolledBack = await helm('rollback', RELEASE, '1', ...(isLocal ? ['--wait', '--timeout=120s'] : []));
  expect(rolledBack.stderr).not.toMatch(/warn/i);
  expect(await container('ingestion-api')).toEqual(first);
  expect(await components('horizontalpodautoscalers')).toEqual(autoscaled);

  await helm('uninstall', RELEASE, '--wait', '--timeout=120s');
  // Pods go after what owns them.
  let after = await everything();
  for (const until = Date.now() + 60_000; after.length > before.length && Date.now() < until; after = await everything())
    await new Promise((resolve) => setTimeout(resolve, 500));
  // What sealed enrolment groups may be wanted again.
  expect(after.filter((name) => name !== `secret/${RELEASE}-auth`)).toEqual(before);
}, 600_000);

it('refuses a Secret that is not there, and a value that nobody knows, before anything is created', async () => {
  const kafka = ['--set', 'kafka.bootstrapServers=kafka:9092'];
  await expect(helm('install', RELEASE, CHART, ...kafka, '--set', 'mongo.existingSecret=nowhere')).rejects.toThrow(
    /mongo\.existingSecret[^]*nowhere/,
  );
  await expect(helm('install', RELEASE, CHART, ...REQUIRED, '--set', 'ingestion.replica=3')).rejects.toThrow(/replica/);
  expect(await objects(namespace, 'deployments,secrets,configmaps', '--selector=app.kubernetes.io/part-of=iot-telemetry')).toEqual([]);
}, 120_000);
