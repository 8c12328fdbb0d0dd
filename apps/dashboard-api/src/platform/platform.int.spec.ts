import { randomUUID } from 'node:crypto';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { createKafka, type Admin } from '@iot/kafka';
import { autoscaler, deployment, FakeApiServer, pod } from '@iot/kubernetes/testing';
import { SERVICES } from '@iot/register';
import { createLogger, createService } from '@iot/service';
import { jest } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { dashboardConfig } from '../config.js';
import type { Platform } from './platform.model.js';
import { service } from '../service.js';

jest.setTimeout(120_000);

const log = createLogger('test', 'silent');
const name = `platform-${randomUUID().slice(0, 8)}`;
const aggregator = `${name}-aggregator`;
const alerts = `${name}-alerts`;
const logic = `${name}-logic`;
const KAFKA = {
  KAFKA_BOOTSTRAP_SERVERS: process.env['TEST_KAFKA'],
  TELEMETRY_TOPIC: name,
  AGGREGATOR_GROUP: aggregator,
  ALERTS_GROUP: alerts,
  LOGIC_GROUP: logic,
};
/** Of a whole answer, on a busy machine. */
const IN_TIME_MS = 8000;

let app: NestFastifyApplication;
let server: FakeApiServer;
let admin: Admin;

async function start(env: NodeJS.ProcessEnv): Promise<void> {
  const config = dashboardConfig({
    HOST: '127.0.0.1',
    AUTH: 'off',
    MONGO_URL: process.env['TEST_MONGO'],
    MONGO_DB: name,
    ...KAFKA,
    ...env,
  });
  app = await createService(service, config, log);
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
}

const inCluster = (token?: string) =>
  start({ KUBECONFIG: server.kubeconfig(token), KUBERNETES_NAMESPACE: 'iot' });

async function platform(): Promise<Platform> {
  const { statusCode, headers, body } = await app.inject('/platform');
  expect([statusCode, headers['cache-control']]).toEqual([200, 'no-store']);
  // Nothing of what a token, a password or a connection string may be.
  expect(body).not.toMatch(/hunter2|a-token|mongodb:|secret/i);
  return JSON.parse(body) as Platform;
}

/** Where the machine is busy, an answer may say that somebody else did not answer in time. */
async function eventually(is: (answer: Platform) => boolean): Promise<Platform> {
  for (const end = Date.now() + 60_000; ; await delay(500)) {
    const answer = await platform();
    if (is(answer) || Date.now() > end) return answer;
  }
}

beforeAll(async () => {
  const kafka = createKafka(dashboardConfig(KAFKA), 'test', log);
  admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic: name, numPartitions: 3 }], waitForLeaders: true });
  const producer = kafka.producer();
  await producer.connect();
  const messages = Array.from({ length: 12 }, (_, i) => ({ partition: i % 3, value: 'x' }));
  await producer.send({ topic: name, messages });
  await producer.disconnect();
  await admin.setOffsets({
    groupId: aggregator,
    topic: name,
    partitions: [
      { partition: 0, offset: '4' },
      { partition: 1, offset: '1' },
    ],
  });
});
afterAll(() => admin.disconnect());

beforeEach(async () => {
  server = new FakeApiServer();
  await server.start();
});
afterEach(async () => {
  await app.close();
  await server.stop();
});

describe('/platform outside a cluster', () => {
  it('says what the process knows, and how far the consumers are behind', async () => {
    await start({ KUBECONFIG: '/home/someone/.kube/config', DLQ_TOPIC: `${name}-dead` });
    const answer = await eventually(({ kafka }) => kafka.reason === null);
    expect(answer).toEqual({
      process: {
        service: 'dashboard-api',
        version: expect.any(String) as string,
        node: process.version,
        uptime_s: expect.any(Number) as number,
        memory: { rss: expect.any(Number) as number, heap_used: expect.any(Number) as number },
      },
      kafka: {
        telemetry_topic: name,
        dlq_topic: `${name}-dead`,
        partitions: 3,
        groups: [
          { group: aggregator, members: 0, records: 7, by_partition: [0, 3, 4] },
          { group: alerts, members: 0, records: 12, by_partition: [4, 4, 4] },
          { group: logic, members: 0, records: 12, by_partition: [4, 4, 4] },
        ],
        ends: [4, 4, 4],
        dead_letters: null,
        measured_at: expect.stringMatching(/Z$/) as string,
        reason: null,
      },
      cluster: null,
      reason:
        'not in a Kubernetes cluster: neither KUBERNETES_SERVICE_HOST nor KUBECONFIG with KUBERNETES_NAMESPACE is set',
    });
  });

  it('a topic that is not there is said, and not created', async () => {
    const missing = `${name}-missing`;
    await start({ TELEMETRY_TOPIC: missing });
    const { kafka } = await eventually((answer) => answer.kafka.reason?.includes(missing) ?? false);
    expect(kafka).toMatchObject({
      groups: null,
      partitions: null,
      reason: `Kafka cannot be asked: there is no topic ${missing} yet`,
    });
    expect(await admin.listTopics()).not.toContain(missing);
  });

  it.each(['refuses', 'hangs'])(
    'a Kafka that %s leaves the lag unknown, in time, and is not asked by each request',
    async (how) => {
      const sockets: Socket[] = [];
      const silent = createServer((socket) => void sockets.push(socket));
      await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
      const { port } = silent.address() as AddressInfo;
      if (how === 'refuses') await new Promise((resolve) => silent.close(resolve));
      await start({ KAFKA_BOOTSTRAP_SERVERS: `127.0.0.1:${port}` });
      const began = performance.now();
      const { kafka } = await platform();
      expect(kafka).toMatchObject({
        groups: null,
        reason: expect.stringMatching(/^Kafka (does not answer|cannot be asked): ./) as string,
      });
      const asked = sockets.length;
      await Promise.all(Array.from({ length: 20 }, platform));
      expect(performance.now() - began).toBeLessThan(IN_TIME_MS);
      if (how === 'hangs') expect(sockets.length - asked).toBeLessThan(5);
      for (const socket of sockets) socket.destroy();
      silent.close();
    },
  );

  it('takes no parameters, and answers JSON only', async () => {
    await start({});
    expect((await app.inject('/platform?limit=1')).statusCode).toBe(400);
    expect(
      (await app.inject({ url: '/platform', headers: { accept: 'text/csv' } })).statusCode,
    ).toBe(406);
    expect((await app.inject({ method: 'DELETE', url: '/platform' })).statusCode).toBe(405);
  });
});

describe('/platform in a cluster', () => {
  const components = SERVICES.map(({ name }) => name);
  const isAggregator = ({ component }: { component: string }): boolean =>
    component === 'aggregator-worker';

  beforeEach(() => {
    server.put(
      'deployments',
      components.map((component) => deployment(component)),
    );
    server.put('pods', [
      pod('aggregator-worker', 'a', 3),
      pod('aggregator-worker', 'b', 0, 'ImagePullBackOff'),
    ]);
    server.put('horizontalpodautoscalers', [autoscaler('aggregator-worker')]);
  });

  it('joins what the API server says with the lag, as its document says', async () => {
    await inCluster();
    const answer = await eventually(
      ({ cluster, kafka }) =>
        !kafka.reason && cluster !== null && Object.values(cluster.missing).every((why) => !why),
    );
    expect(answer.reason).toBeNull();
    expect(answer.cluster).toMatchObject({
      namespace: 'iot',
      selector: 'app.kubernetes.io/name=iot-telemetry',
      missing: { deployments: null, pods: null, autoscalers: null },
    });
    expect(answer.cluster!.components.map(({ component }) => component)).toEqual(components);
    expect(answer.cluster!.components.find(isAggregator)).toEqual({
      component: 'aggregator-worker',
      deployment: {
        name: 'iot-aggregator-worker',
        desired: 2,
        ready: 2,
        available: 2,
        updated: 2,
        images: ['iot-telemetry:1.2.3'],
        rollout: { revision: 4, state: 'complete', at: '2026-01-31T12:00:00.000Z' },
      },
      pods: { count: 2, ready: 1, restarts: 3, waiting: ['ImagePullBackOff'] },
      autoscaler: {
        name: 'iot-aggregator-worker',
        min: 1,
        max: 5,
        current: 2,
        desired: 3,
        metrics: [{ name: 'cpu', kind: 'utilization', target: 50, current: 83 }],
      },
      lag: { group: aggregator, members: 0, records: 7, by_partition: [0, 3, 4] },
    });
    const document = JSON.parse((await app.inject('/openapi.json')).body) as {
      components: { schemas: object };
    };
    const ajv = new Ajv2020({ strict: false, formats: { 'date-time': true } });
    const validate = ajv.compile({
      $ref: '#/components/schemas/Platform',
      components: document.components,
    });
    expect([validate(answer), validate.errors]).toEqual([true, null]);
    expect(
      validate({ ...answer, cluster: { ...answer.cluster, components: [{ component: 'x' }] } }),
    ).toBe(false);
  });

  it('shows the MQTT gateway, which consumes nothing from Kafka, and that there is none', async () => {
    const ofGateway = ({ cluster }: Platform) =>
      cluster?.components.find(({ component }) => component === 'mqtt-gateway');
    server.put('pods', [pod('mqtt-gateway', 'a'), pod('mqtt-gateway', 'b', 2, 'CrashLoopBackOff')]);
    await inCluster();
    const answer = await eventually((it) => !it.kafka.reason && ofGateway(it)?.pods?.count === 2);
    expect(ofGateway(answer)).toMatchObject({
      deployment: { name: 'iot-mqtt-gateway', desired: 2, images: ['iot-telemetry:1.2.3'] },
      pods: { count: 2, ready: 1, restarts: 2, waiting: ['CrashLoopBackOff'] },
      autoscaler: null,
      lag: null,
    });
    await app.close();
    server.put('deployments', [deployment('ingestion-api')]);
    server.put('pods', []);
    await inCluster();
    const without = await eventually(({ cluster }) => cluster?.missing.pods === null);
    expect(ofGateway(without)).toMatchObject({ deployment: null, pods: { count: 0, ready: 0 } });
  });

  it('asks once for all who ask', async () => {
    await inCluster();
    await Promise.all(Array.from({ length: 20 }, platform));
    expect(server.requests.sort()).toEqual([
      'GET deployments',
      'GET horizontalpodautoscalers',
      'GET pods',
    ]);
  });

  it('what is forbidden is null and names the permission; the rest is there', async () => {
    server.denied.add('GET horizontalpodautoscalers');
    await inCluster();
    const { cluster } = await eventually(
      (answer) =>
        answer.cluster?.missing.pods === null && answer.cluster.missing.deployments === null,
    );
    expect(cluster!.missing).toEqual({
      deployments: null,
      pods: null,
      autoscalers: 'missing permission: list horizontalpodautoscalers.autoscaling in namespace iot',
    });
    expect(cluster!.components.find(isAggregator)).toMatchObject({
      deployment: { desired: 2 },
      autoscaler: null,
    });
  });

  it.each<[string, () => unknown, RegExp]>([
    ['is away', () => server.stop(), /^the API server cannot be asked: ECONN/],
    ['hangs', () => (server.hanging = 'all'), /^the API server does not answer/],
    [
      'does not know the token',
      () => (server.token = 'another'),
      /does not accept the credentials/,
    ],
  ])('an API server that %s is a null with a reason, in time', async (_, make, reason) => {
    await inCluster();
    await make();
    const began = performance.now();
    const answer = await platform();
    expect(answer).toMatchObject({
      cluster: null,
      reason: expect.stringMatching(reason) as string,
    });
    expect(performance.now() - began).toBeLessThan(IN_TIME_MS);
  });

  it('a kubeconfig that is not there is a null with a reason', async () => {
    await start({ KUBECONFIG: '/nowhere', KUBERNETES_NAMESPACE: 'iot' });
    expect(await platform()).toMatchObject({
      cluster: null,
      reason: 'the API server cannot be asked: ENOENT',
    });
  });
});
