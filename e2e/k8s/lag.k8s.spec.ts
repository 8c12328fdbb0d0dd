import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scrapedConfigMap } from '@iot/local-cluster';
import {
  freePort,
  type KafkaHandle,
  type MongoHandle,
  type ServiceHandle,
  startKafka,
  startMongo,
  startService,
} from '@iot/local-stack';
import { eventually } from '../platform.js';
import { CHART, cluster, deleteNamespace, describeLocally, objects, REQUIRED, restrictedNamespace, WAIT } from './cluster.js'; // prettier-ignore

const SELECTOR = '--selector=app.kubernetes.io/component=aggregator-worker';

/**
 * From `helm install` to more pods of the aggregator: the pods are marked Running and run nothing,
 * and the lag is that of a real aggregator on a real Kafka, whose database is gone.
 */
describeLocally('an aggregator that is late', () => {
  let namespace: string;
  let folder: string;
  let kafka: KafkaHandle;
  let mongo: MongoHandle;
  const services: ServiceHandle[] = [];
  beforeAll(async () => {
    namespace = await restrictedNamespace();
    folder = await mkdtemp(join(tmpdir(), 'iot-lag-'));
    [kafka, mongo] = await Promise.all([
      startKafka({ dataDir: join(folder, 'kafka') }),
      startMongo({ inMemory: true }),
    ]);
  }, 300_000);
  afterAll(async () => {
    await Promise.all(services.map((service) => service.stop()));
    await Promise.all([kafka.stop(), mongo.stop().catch(() => undefined)]);
    await rm(folder, { recursive: true, force: true });
    await deleteNamespace(namespace);
  }, 60_000);

  async function start(name: 'ingestion-api' | 'aggregator-worker'): Promise<ServiceHandle> {
    const env = { KAFKA_BOOTSTRAP_SERVERS: kafka.bootstrap, MONGO_URL: mongo.url };
    const service = await startService({ name, port: await freePort(), env, startTimeoutMs: 180_000 }); // prettier-ignore
    services.push(service);
    return service;
  }
  const lag = async (worker: ServiceHandle): Promise<number> => {
    const page = await (await fetch(`${worker.url}/metrics`)).text();
    return Math.max(
      0,
      ...[...page.matchAll(/^consumer_lag_seconds\{[^}]*\} (\S+)$/gm)].map(([, it]) => Number(it)),
    );
  };
  const replicas = async (): Promise<number> =>
    (await objects(namespace, 'deployments', SELECTOR))[0]!.spec.replicas;

  it('gets another pod when its lag passes 30 s, and none before', async () => {
    const ingestion = await start('ingestion-api');
    const worker = await start('aggregator-worker');
    const post = async (device_id: string): Promise<void> => {
      const body = JSON.stringify({ device_id, temperature_c: 20 });
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(`${ingestion.url}/ingest`, { method: 'POST', headers, body });
      expect(answer.status).toBe(202);
    };
    await cluster.kubectl(
      ['apply', '--filename=-'],
      JSON.stringify(scrapedConfigMap(namespace, [`${worker.url}/metrics`])),
    );
    const settings = [
      'aggregator.autoscaling.cpuUtilization=null',
      'aggregator.autoscaling.memoryUtilization=null',
      'aggregator.autoscaling.lag.enabled=true',
      'aggregator.autoscaling.behavior.scaleUp.stabilizationWindowSeconds=0',
    ].flatMap((set) => ['--set', set]);
    await cluster.helm(['install', 'iot-telemetry', CHART, '--namespace', namespace, ...REQUIRED, ...settings, ...WAIT]); // prettier-ignore
    const measured = async (): Promise<boolean> =>
      ((await objects(namespace, 'horizontalpodautoscalers', SELECTOR))[0]!.status?.currentMetrics ?? []).length > 0; // prettier-ignore
    await post('first');
    await eventually('the autoscaler sees the lag', measured, 60_000);
    expect(await replicas()).toBe(1);

    await mongo.stop();
    for (let i = 0; i < 20; i++) await post(`device-${i}`);
    for (let late = 0; late < 25; late = await lag(worker)) {
      expect([late, await replicas()]).toEqual([late, 1]);
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
    await eventually('another pod', async () => (await replicas()) > 1, 60_000);
    expect(await lag(worker)).toBeGreaterThan(30);
  }, 480_000);
});
