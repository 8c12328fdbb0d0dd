import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, type KafkaHandle, type MongoHandle, type ServiceHandle, startKafka, startMongo, startService } from '@iot/local-stack';
import { MongoClient } from 'mongodb';
import { eventually, SERVICES } from '../platform.js';
import { CHART, cluster, deleteNamespace, isLocal, kubeconfigOf, objects, REQUIRED, restrictedNamespace, WAIT } from './cluster.js';

// The built services as processes of this machine, each with the token of its own service account
// and the chart's RBAC for it.
const THRESHOLDS = 'iot-telemetry-thresholds';

let namespace: string;
let folder: string;
let kafka: KafkaHandle;
let mongo: MongoHandle;
let database: MongoClient;
const services: ServiceHandle[] = [];

beforeAll(async () => {
  namespace = await restrictedNamespace();
  folder = await mkdtemp(join(tmpdir(), 'iot-platform-'));
  [kafka, mongo] = await Promise.all([startKafka({ dataDir: join(folder, 'kafka') }), startMongo({ inMemory: true })]);
  database = await new MongoClient(mongo.url).connect();
  await cluster.helm(['install', 'iot-telemetry', CHART, '--namespace', namespace, ...REQUIRED, ...WAIT]);
}, 400_000);

afterAll(async () => {
  await Promise.all(services.map((service) => service.stop()));
  await database.close();
  await Promise.all([kafka.stop(), mongo.stop()]);
  await rm(folder, { recursive: true, force: true });
  await deleteNamespace(namespace);
}, 60_000);

/**
 * Starts a service with the token of a component's service account, which is its own unless another
 * is named.
 */
async function start(name: string, more: Readonly<Record<string, string>> = {}, account = name): Promise<ServiceHandle> {
  const env = {
    KAFKA_BOOTSTRAP_SERVERS: kafka.bootstrap,
    MONGO_URL: mongo.url,
    KUBECONFIG: await kubeconfigOf(namespace, `iot-telemetry-${account}`),
    KUBERNETES_NAMESPACE: namespace,
    PLATFORM_SELECTOR: 'app.kubernetes.io/name=iot-telemetry,app.kubernetes.io/instance=iot-telemetry',
    ...more,
  };
  const service = await startService({ name, port: await freePort(), env, startTimeoutMs: 180_000 });
  services.push(service);
  return service;
}

const json = async (url: string): Promise<unknown> => (await fetch(url)).json();

describe('GET /platform', () => {
  it('says of every component what the API server knows, with the access that the chart gives', async () => {
    const dashboard = await start('dashboard-api');
    const { cluster: seen, reason } = (await json(`${dashboard.url}/platform`)) as {
      cluster: { namespace: string; missing: object; components: Record<string, never>[] } | null;
      reason: string | null;
    };
    expect(reason).toBeNull();
    expect(seen).toMatchObject({ namespace, missing: { deployments: null, pods: null, autoscalers: null } });
    const byName = Object.fromEntries(seen!.components.map((row) => [row['component'], row])) as Record<string, object>;
    expect(Object.keys(byName)).toEqual(SERVICES);
    const minReplicas = { 'ingestion-api': 2, 'aggregator-worker': 1, 'alerts-worker': 1, 'dashboard-api': 2 };
    for (const [component, replicas] of Object.entries(minReplicas)) {
      expect(byName[component]).toMatchObject({
        deployment: { name: `iot-telemetry-${component}`, images: [expect.stringContaining('iot-telemetry:')], rollout: { revision: 1 } },
        pods: { restarts: 0 },
      });
      if (isLocal)
        expect(byName[component]).toMatchObject({
          deployment: { desired: replicas, ready: replicas, rollout: { state: 'complete' } },
          pods: { count: replicas, ready: replicas, waiting: [] },
        });
    }
    expect(byName['ingestion-api']).toMatchObject({ autoscaler: { min: 2, max: 10 } });
    expect(byName['alerts-worker']).toMatchObject({ autoscaler: null });
  }, 240_000);

  it('says what it may not read, when its service account is another', async () => {
    const dashboard = await start('dashboard-api', {}, 'ingestion-api');
    const { cluster: seen } = (await json(`${dashboard.url}/platform`)) as { cluster: { missing: Record<string, string> } };
    for (const kind of ['deployments', 'pods', 'autoscalers']) expect(seen.missing[kind]).toMatch(/^missing permission: list .* in namespace iot-test-/);
  }, 240_000);
});

describe('the thresholds in the ConfigMap', () => {
  const edit = (data: Readonly<Record<string, string>>) =>
    cluster.kubectl(['patch', 'configmap', THRESHOLDS, '--namespace', namespace, '--type=merge', `--patch=${JSON.stringify({ data })}`]);
  const metric = async (service: ServiceHandle, name: string): Promise<number> =>
    Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(await (await fetch(`${service.url}/metrics`)).text())?.[1]);
  const reasons = async (): Promise<string[]> =>
    (await objects(namespace, 'events', `--field-selector=involvedObject.name=${THRESHOLDS}`)).map((event) =>
      String((event as unknown as { reason: string }).reason),
    );

  it('take effect without a restart; a bad edit leaves the old ones in force and says so in a metric, the log and an Event', async () => {
    const ingestion = await start('ingestion-api');
    const alerts = await start('alerts-worker', { THRESHOLDS_CONFIGMAP: THRESHOLDS, ALERT_CHECKPOINT_MS: '200' });
    const send = async (device_id: string, temperature_c: number): Promise<void> => {
      const body = JSON.stringify({ device_id, temperature_c });
      const answer = await fetch(`${ingestion.url}/ingest`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
      expect(answer.status).toBe(202);
    };
    const alertsOf = (device_id: string) => database.db('iotdb').collection('alerts').find({ device_id }).toArray();
    await eventually('the ConfigMap is watched', async () => (await metric(alerts, 'thresholds_watch_up')) === 1);

    await send('before', 40);
    await edit({ TEMP_MAX_THRESHOLD: '30' });
    await eventually('an Event says that they are in force', async () => (await reasons()).includes('ThresholdsApplied') || reasons());
    await send('after', 40);
    await eventually('an alert by the new threshold', async () => (await alertsOf('after')).length === 1);
    expect(await alertsOf('before')).toEqual([]);

    await edit({ TEMP_MAX_THRESHOLD: 'hot' });
    await eventually('an Event says that they are refused', async () => (await reasons()).includes('ThresholdsRejected') || reasons());
    expect(await metric(alerts, 'thresholds_rejected')).toBe(1);
    expect(alerts.output.join('\n')).toMatch(/TEMP_MAX_THRESHOLD/);
    await send('still', 40);
    await eventually('an alert by the threshold before', async () => (await alertsOf('still')).length === 1);

    await edit({ TEMP_MAX_THRESHOLD: '50' });
    await eventually('the refusal is over', async () => (await metric(alerts, 'thresholds_rejected')) === 0);
    expect(alerts.process.running).toBe(true);
  }, 400_000);
});
