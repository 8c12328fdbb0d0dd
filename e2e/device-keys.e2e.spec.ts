import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kafkaEnv, loadConfig } from '@iot/config';
import {
  credentialsTopic,
  deviceSecret,
  encodeCredential,
  keyText,
  newGroup,
  newKey,
  type CredentialRecord,
} from '@iot/credentials';
import { createKafka, ensureTopics, type Kafka } from '@iot/kafka';
import {
  freePorts,
  serviceProcess,
  startKafka,
  type KafkaHandle,
  type ServiceHandle,
} from '@iot/local-stack';
import { createLogger } from '@iot/service';

const SEALING = 'what seals the secrets of groups, of 32 characters or more';
const METRICS_TOKEN = 'who-reads-the-metrics';
const IN_FORCE_MS = 2000;

let folder: string;
let kafka: KafkaHandle;
let client: Kafka;
let producer: ReturnType<Kafka['producer']>;
let services: ServiceHandle[];
/** All that was answered. */
const answered: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'iot-keys-'));
  kafka = await startKafka({ dataDir: join(folder, 'kafka') });
  const config = loadConfig(kafkaEnv, { KAFKA_BOOTSTRAP_SERVERS: kafka.bootstrap });
  client = createKafka(config, 'test', createLogger('test', 'silent'));
  const admin = client.admin();
  await admin.connect();
  await ensureTopics(admin, [credentialsTopic('telemetry.credentials', 1)]);
  await admin.disconnect();
  producer = client.producer();
  await producer.connect();
  const ports = await freePorts(2);
  services = ports.map((port) =>
    serviceProcess({
      name: 'ingestion-api',
      port,
      env: {
        KAFKA_BOOTSTRAP_SERVERS: kafka.bootstrap,
        // There is no database, and none is missed.
        MONGO_URL: 'mongodb://127.0.0.1:1',
        AUTH: 'on',
        CREDENTIALS_SECRET: SEALING,
        METRICS_TOKEN,
        LOG_LEVEL: 'trace',
      },
      logFile: join(folder, `ingestion-${port}.log`),
    }),
  );
  await Promise.all(services.map((service) => service.process.start()));
}, 120_000);
afterAll(async () => {
  await producer?.disconnect();
  await Promise.all((services ?? []).map((service) => service.stop()));
  await kafka?.stop();
  await rm(folder, { recursive: true, force: true });
});

const put = (id: string, record: CredentialRecord | null) =>
  producer.send({
    topic: 'telemetry.credentials',
    messages: [{ key: id, value: record && encodeCredential(record) }],
  });

async function ask(url: string, authorization?: string, body?: unknown): Promise<number> {
  const response = await fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { ...(authorization && { authorization }), 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  answered.push(JSON.stringify([...response.headers]), await response.text());
  return response.status;
}
const post = (
  { url }: ServiceHandle,
  authorization: string | undefined,
  device = 'd',
): Promise<number> => ask(`${url}/ingest`, authorization, { device_id: device, temperature_c: 20 });

/** How long it takes until both processes answer with the status, in ms. */
async function both(status: number, key: string): Promise<number> {
  const began = Date.now();
  await Promise.all(
    services.map(async (service) => {
      while ((await post(service, `Bearer ${key}`)) !== status)
        if (Date.now() - began > 20_000)
          throw new Error(`${service.url} did not come to ${status}`);
    }),
  );
  return Date.now() - began;
}

const stays = newKey({ name: 'stays', scope: '*' }, Date.now());
const goes = newKey({ name: 'goes', scope: '*' }, Date.now());
const group = newGroup({ name: 'g', scope: '*' }, SEALING, Date.now());
const groupSecret = Buffer.from(group.secret, 'base64url');
const ofGroup = keyText(group.id, deviceSecret(groupSecret, 'd'));

it('a key and its end are in force everywhere within two seconds, without a database', async () => {
  await put(stays.id, stays.record);
  await put(goes.id, goes.record);
  await put(group.id, group.record);
  for (const key of [stays.secret, goes.secret, ofGroup])
    expect(await both(202, key)).toBeLessThan(IN_FORCE_MS);
  await put(goes.id, null);
  expect(await both(401, goes.secret)).toBeLessThan(IN_FORCE_MS);
  await put(`${group.id}/d`, { kind: 'block', created_at: Date.now() });
  expect(await both(403, ofGroup)).toBeLessThan(IN_FORCE_MS);
});

it('a process that starts anew knows both, before it takes anything', async () => {
  const [service] = services as [ServiceHandle];
  await service.stop();
  const starting = service.process.start();
  let ended = false;
  void starting.then(() => (ended = true));
  while (!ended)
    expect([401, 503, undefined]).toContain(
      await post(service, `Bearer ${goes.secret}`).catch(() => undefined),
    );
  await starting;
  for (const [key, status] of [
    [stays.secret, 202],
    [goes.secret, 401],
    [ofGroup, 403],
  ] as const)
    expect(await post(service, `Bearer ${key}`)).toBe(status);
}, 60_000);

it('shows no secret in logs, answers and metrics, whatever is sent', async () => {
  const secretOf = (key: string): string => key.slice(key.lastIndexOf('_') + 1);
  const expired = newKey({ name: 'x', scope: '*', expires_at: Date.now() - 1 }, 1);
  await put(expired.id, expired.record);
  const mistyped = stays.secret.slice(0, -1) + (stays.secret.endsWith('a') ? 'b' : 'a');
  const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
  const headers = [
    undefined,
    '',
    stays.secret,
    ...[
      mistyped,
      expired.secret,
      goes.secret,
      ofGroup,
      stays.secret,
      stays.secret.slice(0, 40),
    ].flatMap((key) => [
      `Bearer ${key}`,
      `bearer   ${key} `,
      `Bearer ${key} ${key}`,
      basic(`d:${key}`),
      basic(key),
    ]),
    `Digest username="${stays.secret}"`,
    `Bearer ${'x'.repeat(12_000)}${stays.secret}`,
  ];
  const [{ url }] = services as [ServiceHandle];
  const statuses = new Set<number>();
  for (const header of headers)
    for (const path of ['/ingest', '/ingest/batch', '/metrics', '/nothing'])
      statuses.add(
        await ask(
          url + path,
          header,
          path.startsWith('/ingest') ? [{ device_id: 'e' }] : undefined,
        ),
      );
  for (const path of [
    `/${stays.secret}`,
    `/ingest?key=${stays.secret}`,
    `/docs/${stays.secret}`,
    `/%zz${stays.secret}`,
  ])
    statuses.add(await ask(url + path));
  statuses.add(
    await ask(`${url}/ingest`, `Bearer ${stays.secret}`, {
      [stays.secret]: 1,
      device_id: stays.secret,
    }),
  );
  const batch = [{ device_id: 'd', temperature_c: 1 }, { [stays.secret]: 1 }];
  expect(await ask(`${url}/ingest/batch`, `Bearer ${stays.secret}`, batch)).toBe(202);
  expect([...statuses].filter((status) => status >= 500)).toEqual([]);
  for (const service of services)
    expect(await ask(`${service.url}/metrics`, `Bearer ${METRICS_TOKEN}`)).toBe(200);

  const logs = await Promise.all(
    services.map((service) => readFile(join(folder, `ingestion-${service.port}.log`), 'utf8')),
  );
  expect(logs.join('')).toContain('"msg":"listening"');
  const printed = [...answered, ...logs];
  const keys = [stays.secret, goes.secret, expired.secret, ofGroup, mistyped];
  for (const secret of [
    SEALING,
    METRICS_TOKEN,
    group.secret,
    ...keys.map(secretOf),
    ...keys.map((key) => basic(`d:${key}`).slice(6)),
  ])
    expect(printed.filter((text) => text.includes(secret))).toEqual([]);
});
