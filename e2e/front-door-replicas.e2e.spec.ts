import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  findFrontDoor,
  freePorts,
  startFrontDoor,
  type FrontDoorHandle,
  type FrontDoorKind,
} from '@iot/local-stack';
import { Client } from './front-door/client.js';
import { Replica } from './front-door/replica.js';

const CLIENTS = 540;
/** From a death until nothing is sent to who died. */
const NOTICED_MS = 500;
const SECRET = 's3cr3t-of-a-client';

const suite = (kind: FrontDoorKind): void => {
  let folder: string;
  let replicas: [Replica, Replica];
  let door: FrontDoorHandle;
  let client: Client;
  const logFile = (): string => join(folder, 'front-door.log');
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'iot-replicas-'));
    const [a, b] = await freePorts(2);
    replicas = [new Replica(a!), new Replica(b!)];
    await Promise.all(replicas.map((replica) => replica.start()));
    const both: [number, number] = [a!, b!];
    door = await startFrontDoor({
      ...{ kind, dataDir: folder, ingestion: both, dashboard: both },
      ...{ rate: 0, loginRate: 0, logFile: logFile() },
    });
    client = new Client(door.url, door.ca);
  }, 60_000);
  afterAll(async () => {
    await door?.stop();
    for (const replica of replicas) replica.die();
    await rm(folder, { recursive: true, force: true });
  });

  it('writes a line of JSON a request, without what a client keeps secret', async () => {
    const headers = { authorization: `Bearer ${SECRET}`, cookie: `iot_session=${SECRET}` };
    for (const path of ['/auth?access_token=', '/auth/oidc/callback?state=x&code='])
      expect((await client.ask(path + SECRET, { headers })).status).toBe(200);
    await client.ask('/ingest', { headers, body: { key: SECRET } });
    await fetch(`${door.plainUrl}/auth?token=${SECRET}`, { redirect: 'manual', headers });
    let text = '';
    for (let i = 0; i < 100 && !text.includes('callback'); i++) {
      await delay(50);
      text = await readFile(logFile(), 'utf8');
    }
    expect(text.includes(SECRET)).toBe(false);
    const lines = text.split('\n').filter((line) => line.includes('callback'));
    expect(lines.map((line) => JSON.parse(line) as object)).toEqual([
      kind === 'haproxy'
        ? expect.objectContaining({ path: '/auth/oidc/callback', status: 200, method: 'GET' })
        : expect.objectContaining({
            RequestPath: '/auth/oidc/callback',
            DownstreamStatus: 200,
            RequestMethod: 'GET',
          }),
    ]);
  }, 20_000);

  it('takes no replica out for errors of the application', async () => {
    const before = replicas.map(({ asked }) => asked);
    for (const status of ['500', '503'])
      for (let i = 0; i < 20; i++) {
        const body = i % 2 === 0 ? undefined : {};
        const answer = await client.ask(body ? '/ingest' : '/auth', {
          ...(body && { body }),
          headers: { 'x-answer': status },
        });
        expect(String(answer.status)).toBe(status);
      }
    expect((await client.ask('/auth')).status).toBe(200);
    replicas.forEach(({ asked }, i) => expect(asked - before[i]!).toBeGreaterThan(15));
  }, 20_000);

  it(`answers ${CLIENTS} clients while one of two dies, but for what that one had`, async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
    /** How often something else was answered, by what, and whether it was asked long after the death. */
    const failed: Record<string, number> = {};
    let answered = 0;
    let died = Infinity;
    let isOver = false;
    const visitor = async (n: number): Promise<void> => {
      const [path, asked] = n % 2 === 0 ? ['/ingest', { body: {} }] : ['/auth', {}];
      while (!isOver) {
        const asking = performance.now();
        const { status } = await client.ask(path, { ...asked, agent }).catch(() => ({ status: 0 }));
        if (status === 202 || status === 200) answered++;
        else {
          const when = asking > died + NOTICED_MS ? 'late' : 'soon';
          const what = `${path} ${status} ${when}`;
          failed[what] = (failed[what] ?? 0) + 1;
        }
      }
    };
    const visitors = Array.from({ length: CLIENTS }, (_, n) => visitor(n));
    for (let i = 0; i < 100 && answered < 2 * CLIENTS; i++) await delay(100);
    died = performance.now();
    replicas[1].die();
    await delay(3000);
    isOver = true;
    await Promise.all(visitors);
    agent.destroy();
    await replicas[1].start();

    // A POST that had been sent to it, and nothing else: an error, or where HTTP has it so no answer.
    const posts = ['502', '500', '0'].map((status) => `/ingest ${status} soon`);
    const other = Object.entries(failed).filter(([what]) => !posts.includes(what));
    expect(Object.fromEntries(other)).toEqual({});
    const sent = posts.reduce((all, what) => all + (failed[what] ?? 0), 0);
    expect(sent).toBeLessThan(CLIENTS / 2);
    expect(answered).toBeGreaterThan(3 * CLIENTS);
  }, 60_000);
};

for (const kind of ['haproxy', 'traefik'] as const)
  (findFrontDoor(kind) ? describe : describe.skip)(`replicas behind ${kind}`, () => suite(kind));
