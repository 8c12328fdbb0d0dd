import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  findFrontDoor,
  freePorts,
  serviceProcess,
  startFrontDoor,
  startKafka,
  startMongo,
  type FrontDoorHandle,
  type FrontDoorKind,
  type KafkaHandle,
  type MongoHandle,
  type ServiceHandle,
} from '@iot/local-stack';
import { installPackage } from './debian-package.js';
import { Client, type Answer } from './front-door/client.js';
import { allRecords } from './mqtt/records.js';
import { eventually } from './platform.js';

const WANTED =
  'The tests of the front door need haproxy: install the package haproxy (apt-get install haproxy).';
const PASSWORD = 'a password of the first admin';
const MAX_BATCH_BYTES = 200_000;
const ADDRESS_ATTEMPTS = 60;
const RATE = 100;
/** Requests under way at a replica that is frozen, and then killed. */
const UNDER_WAY = 8;

const hasHaproxy = findFrontDoor('haproxy') !== undefined || installPackage('haproxy');
if (!hasHaproxy && process.env['CI']) throw new Error(WANTED);
if (!hasHaproxy) console.warn(`${WANTED} They are left out.`);
/** Traefik is no package of Debian: it is tried where one is on the PATH, or named by TRAEFIK. */
const KINDS = (['haproxy', 'traefik'] as const).filter((kind) => findFrontDoor(kind));

let folder: string;
let kafka: KafkaHandle;
let mongo: MongoHandle;
let ingestion: ServiceHandle[] = [];
let dashboard: ServiceHandle[] = [];

beforeAll(async () => {
  if (KINDS.length === 0) return;
  folder = await mkdtemp(join(tmpdir(), 'iot-front-door-'));
  [kafka, mongo] = await Promise.all([
    startKafka({ dataDir: join(folder, 'kafka') }),
    startMongo({ inMemory: true }),
  ]);
  const { privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const ports = await freePorts(4);
  const start = (name: string, port: number, env: Record<string, string>): ServiceHandle =>
    serviceProcess({ name, port, env: { KAFKA_BOOTSTRAP_SERVERS: kafka.bootstrap, ...env } });
  ingestion = ports
    .slice(0, 2)
    .map((port) => start('ingestion-api', port, { MAX_BATCH_BYTES: String(MAX_BATCH_BYTES) }));
  dashboard = ports.slice(2).map((port) =>
    start('dashboard-api', port, {
      MONGO_URL: mongo.url,
      MONGO_DB: 'iotdb',
      AUTH: 'on',
      AUTH_SIGNING_KEY: privateKey,
      AUTH_ADMIN_PASSWORD: PASSWORD,
      // Where the front door comes from; the tests come from others.
      TRUSTED_PROXIES: '127.0.0.1',
    }),
  );
  await Promise.all([...ingestion, ...dashboard].map((service) => service.process.start()));
}, 120_000);
afterAll(async () => {
  if (KINDS.length === 0) return;
  await Promise.all([...ingestion, ...dashboard].map((service) => service.stop()));
  await Promise.all([kafka?.stop(), mongo?.stop()]);
  await rm(folder, { recursive: true, force: true });
}, 60_000);

let addresses = 0;

const suite = (kind: FrontDoorKind): void => {
  /** A client of its own for each test, so that they do not limit each other. */
  const newAddress = (): string => `127.0.1.${10 + addresses++}`;
  const portsOf = (of: ServiceHandle[]) => of.map(({ port }) => port) as [number, number];
  let door: FrontDoorHandle;
  let client: Client;
  beforeAll(async () => {
    door = await startFrontDoor({
      kind,
      dataDir: join(folder, kind),
      ingestion: portsOf(ingestion),
      dashboard: portsOf(dashboard),
      rate: RATE,
      loginRate: 100,
    });
    client = new Client(door.url, door.ca);
  }, 60_000);
  afterAll(() => door?.stop());

  const logIn = (password: string, more: { from: string; headers?: Record<string, string> }) =>
    client.ask('/auth/login', {
      method: 'POST',
      body: { name: 'admin', password, cookies: more.headers?.['origin'] !== undefined },
      ...more,
    });
  const bearer = async (from: string): Promise<Record<string, string>> => {
    const { access_token } = (await logIn(PASSWORD, { from })).json();
    return { authorization: `Bearer ${String(access_token)}` };
  };
  const reading = (event_id: string) => ({ device_id: 'front', event_id, temperature_c: 20 });

  it('sends who comes without TLS to the same address with it', async () => {
    const answer = await fetch(`${door.plainUrl}/ui/alerts?status=active`, { redirect: 'manual' });
    expect([301, 308]).toContain(answer.status);
    expect(answer.headers.get('location')).toBe(`${door.url}/ui/alerts?status=active`);
  });

  it('leads to the page and to both APIs, and not to what is for the inside', async () => {
    const from = newAddress();
    const status = async (path: string): Promise<[string, number]> => [
      path,
      (await client.ask(path, { from })).status,
    ];
    for (const path of ['/', '/ui', '/ui/devices/a%2Fb', '/auth', '/docs', '/openapi.json'])
      expect(await status(path)).toEqual([path, 200]);
    for (const path of ['/devices', '/live', '/audit'])
      expect(await status(path)).toEqual([path, 401]);
    for (const path of ['/metrics', '/health', '/health/ready', '/metrics/', '/%6Detrics'])
      expect(await status(path)).toEqual([path, 404]);
    expect((await client.ask('/ingest', { from, body: reading('through') })).status).toBe(202);
    expect((await client.ask('/ingest/batch', { from, body: [reading('b')] })).status).toBe(202);
    expect((await client.ask('/ingested', { from, body: reading('no') })).status).toBe(404);
  });

  it('tells the audit who came, whatever a client says of itself', async () => {
    const from = newAddress();
    const headers = {
      'x-forwarded-for': '6.6.6.6',
      'x-real-ip': '6.6.6.6',
      forwarded: 'for=6.6.6.6',
    };
    expect((await logIn('wrong', { from, headers })).status).toBe(401);
    const audit = await client.ask('/audit?action=login&outcome=refused&limit=1', {
      from: newAddress(),
      headers: await bearer(newAddress()),
    });
    expect(audit.json()['data']).toMatchObject([{ source: from }]);
  });

  it('is what alone may say who came: a client that goes past it may not', async () => {
    const from = newAddress();
    await new Promise((resolve, reject) => {
      const sent = request(
        `${dashboard[0]!.url}/auth/login`,
        {
          method: 'POST',
          localAddress: from,
          headers: { 'content-type': 'application/json', 'x-forwarded-for': '6.6.6.6' },
        },
        (answer) => answer.resume().on('end', resolve),
      );
      sent.on('error', reject).end(JSON.stringify({ name: 'admin', password: 'wrong' }));
    });
    const audit = await client.ask('/audit?action=login&outcome=refused&limit=1', {
      from: newAddress(),
      headers: await bearer(newAddress()),
    });
    expect(audit.json()['data']).toMatchObject([{ source: from }]);
  });

  it('lets the log-in throttle count by address', async () => {
    const guesser = newAddress();
    const guess = (n: number): Promise<Answer> =>
      client.ask('/auth/login', {
        body: { name: `nobody-${n}`, password: 'wrong' },
        from: guesser,
        headers: { 'x-forwarded-for': `10.0.0.${n}` },
      });
    for (let n = 0; n < ADDRESS_ATTEMPTS; n += 10) {
      const some = Array.from({ length: 10 }, (_, i) => guess(n + i));
      for (const { status } of await Promise.all(some)) expect(status).toBe(401);
    }
    const throttled = await guess(ADDRESS_ATTEMPTS);
    expect([throttled.status, throttled.json()['reason']]).toEqual([429, 'throttled']);
    expect((await logIn(PASSWORD, { from: newAddress() })).status).toBe(200);
  }, 30_000);

  it('limits the requests of an address', async () => {
    const [busy, quiet] = [newAddress(), newAddress()];
    const agent = new Agent({ keepAlive: true, maxSockets: 16 });
    // What a second allows, and what may come at once.
    const many = Array.from({ length: 5 * RATE }, () => client.ask('/auth', { from: busy, agent }));
    const statuses = (await Promise.all(many)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
    expect((await client.ask('/auth', { from: quiet })).status).toBe(200);
    agent.destroy();
  }, 30_000);

  it('passes on that a body is too large', async () => {
    const readings = Array.from({ length: MAX_BATCH_BYTES / 20 }, (_, i) => reading(`large-${i}`));
    const answer = await client.ask('/ingest/batch', { from: newAddress(), body: readings });
    expect([answer.status, answer.headers['content-type']]).toEqual([
      413,
      expect.stringContaining('application/problem+json'),
    ]);
  });

  it('passes on what happens as it happens', async () => {
    const from = newAddress();
    const came = await client.events('/live', { from, headers: await bearer(from) }, 4);
    // One a second; a buffer would give them all at once, or none.
    expect(came.at(-1)! - came[0]!).toBeGreaterThan(1000);
  }, 20_000);

  it('gives browsers cookies for TLS alone, and asks them where a request is from', async () => {
    const from = newAddress();
    for (const origin of [door.url, door.plainUrl]) {
      const { headers } = await logIn(PASSWORD, { from, headers: { origin } });
      const cookies = headers['set-cookie'] as string[];
      expect(cookies).toHaveLength(3);
      for (const cookie of cookies) expect(cookie).toMatch(/; Secure$/);
    }
    const granted = await logIn(PASSWORD, { from, headers: { origin: door.url } });
    const cookie = (granted.headers['set-cookie'] as string[])
      .map((one) => one.split(';', 1)[0])
      .join('; ');
    const mute = (headers: Record<string, string>): Promise<Answer> =>
      client.ask('/auth/logout', { method: 'POST', from, headers: { cookie, ...headers } });
    const forged = await mute({ origin: 'https://elsewhere.example.com' });
    expect([forged.status, forged.json()['reason']]).toEqual([401, 'csrf']);
    const csrf = String(granted.json()['csrf_token']);
    expect((await mute({ origin: door.url, 'x-csrf-token': csrf })).status).toBeLessThan(300);
  });

  /** Requests while one of two replicas is frozen and killed with some of them under way. */
  const whileOneDies = async (
    [victim, other]: ServiceHandle[],
    ask: (i: number) => Promise<Answer>,
  ): Promise<number[]> => {
    victim!.signal('SIGSTOP');
    const asked = Array.from({ length: 2 * UNDER_WAY }, (_, i) =>
      ask(i).then(
        ({ status }) => status,
        () => 0,
      ),
    );
    // Those that went to the other are answered; then the rest is at the one that is frozen.
    let answered = 0;
    for (const one of asked) void one.then(() => answered++);
    await eventually('the other answers', () => Promise.resolve(answered >= UNDER_WAY / 2), 5000);
    expect(other!.process.running).toBe(true);
    await victim!.kill();
    return Promise.all(asked);
  };

  it('asks the other replica again for a GET, when one dies with it', async () => {
    const from = newAddress();
    const statuses = await whileOneDies(dashboard, () => client.ask('/auth', { from }));
    expect(statuses).toEqual(statuses.map(() => 200));
    for (let i = 0; i < 20; i++) expect((await client.ask('/auth', { from })).status).toBe(200);
    await dashboard[0]!.restart();
  }, 60_000);

  it('never sends a POST twice, and leaves out a replica that died', async () => {
    const from = newAddress();
    const send = (id: string): Promise<Answer> =>
      client.ask('/ingest', { from, body: reading(`${kind}-${id}`) });
    const statuses = await whileOneDies(ingestion, (i) => send(`dying-${i}`));
    expect(new Set(statuses)).toEqual(new Set([202, 502]));
    for (let i = 0; i < 40; i++) expect((await send(`after-${i}`)).status).toBe(202);

    const taken = new Map<string, number>();
    for (const { value } of await allRecords(kafka.bootstrap, 'telemetry.raw')) {
      const { event_id } = JSON.parse(value) as { event_id: string };
      taken.set(event_id, (taken.get(event_id) ?? 0) + 1);
    }
    statuses.forEach((status, i) =>
      expect([status, taken.get(`${kind}-dying-${i}`)]).toEqual(
        status === 202 ? [202, 1] : [502, undefined],
      ),
    );
    for (let i = 0; i < 40; i++) expect(taken.get(`${kind}-after-${i}`)).toBe(1);

    // It comes back by itself.
    await ingestion[0]!.restart();
    const accepted = async (): Promise<number> => {
      const text = await (await fetch(`${ingestion[0]!.url}/metrics`)).text();
      return Number(/^readings_accepted_total\S* (\d+)$/m.exec(text)?.[1] ?? 0);
    };
    await eventually(
      'it takes readings again',
      async () => {
        await send(`back-${Math.random()}`);
        return (await accepted()) > 0;
      },
      10_000,
    );
  }, 60_000);
};

for (const kind of ['haproxy', 'traefik'] as const)
  (KINDS.includes(kind) ? describe : describe.skip)(`the front door with ${kind}`, () =>
    suite(kind),
  );
