import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Mongo } from '@iot/mongo';
import { createLogger, createService } from '@iot/service';
import { jest } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { dashboardConfig } from './config.js';
import { service } from './service.js';

const target = new URL(process.env['TEST_MONGO']!);
const database = `outage_${randomUUID().slice(0, 8)}`;
const TIMEOUT_MS = 1500;
/**
 * Generous, as the machine may be busy. The driver alone takes 5 s and more to give up a server
 * that hangs.
 */
const IN_TIME_MS = 4500;

/**
 * Stands between the service and the database: open, refusing, or taking everything and answering
 * nothing.
 */
class Line {
  private server: Server | undefined;
  private readonly sockets = new Set<Socket>();
  /** Bytes that the database may still say; then the line is silent. */
  private left = Infinity;
  port = 0;

  async open(): Promise<void> {
    this.left = Infinity;
    this.server = createServer((client) => {
      const upstream = connect(Number(target.port), target.hostname);
      for (const [from, to] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        this.sockets.add(from);
        from.on('data', (bytes: Buffer) => {
          if (from === upstream) this.left -= bytes.length;
          if (this.left > 0) to.write(bytes);
        });
        from.on('close', () => to.destroy());
        from.on('error', () => to.destroy());
      }
    });
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
  }

  hang(afterBytes = 0): void {
    this.left = afterBytes;
  }

  async cut(): Promise<void> {
    const closed = this.server && once(this.server, 'close');
    this.server?.close();
    for (const socket of this.sockets) socket.destroy();
    this.sockets.clear();
    await closed;
  }
}

jest.setTimeout(120_000);

const line = new Line();
let app: NestFastifyApplication;
let mongo: Mongo;

const LISTS = [
  '/telemetry',
  '/aggregated',
  '/alerts',
  '/alerts/recent',
  '/devices',
  '/sensors/latest',
  '/sensors/history',
  '/stats',
];
const get = (url: string, accept = 'application/json') =>
  app.inject({ method: 'GET', url, headers: { accept } });

async function eventually(done: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 30_000; !(await done()); await delay(100))
    if (Date.now() > end) throw new Error('it did not happen within 30 s');
}

beforeAll(async () => {
  // A port that is known and refuses: the database is not there yet.
  await line.open();
  await line.cut();
  const config = dashboardConfig({
    HOST: '127.0.0.1',
    AUTH: 'off',
    MONGO_URL: `mongodb://127.0.0.1:${line.port}/?directConnection=true`,
    MONGO_DB: database,
    MONGO_TIMEOUT_MS: String(TIMEOUT_MS),
  });
  mongo = new Mongo({ ...config, MONGO_URL: process.env['TEST_MONGO']! }, 'test');
  const at = new Date();
  await mongo.raw.insertMany(
    Array.from({ length: 5000 }, (_, i) => ({
      _id: `e${i}`,
      device_id: 'd1',
      ts: new Date(at.getTime() - i),
      received_at: at,
      voltage: i,
      source: 't/0/0',
    })),
  );
  app = await createService(service, config, createLogger('test', 'silent'));
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
});

afterAll(async () => {
  await line.cut();
  await app.close();
  await mongo.db.dropDatabase();
  await mongo.close();
});

describe('without a database', () => {
  it('the service starts, says why it is not ready, refuses with 503, and goes on when the database comes', async () => {
    const ready = await get('/health/ready');
    expect(ready.statusCode).toBe(503);
    expect(ready.json()).toMatchObject({
      checks: [{ name: 'mongodb', status: 'down', reason: expect.stringMatching(/.+/) as string }],
    });
    expect((await get('/health/live')).statusCode).toBe(200);
    await refusesEverything();
    await line.open();
    await eventually(async () => (await get('/health/ready')).statusCode === 200);
    await eventually(async () => (await get('/telemetry?limit=1')).statusCode === 200);
  });

  it('that stops answering, requests get 503 within the deadline, and 200 again afterwards', async () => {
    await eventually(async () => (await get('/telemetry?limit=1')).statusCode === 200);
    line.hang();
    await refusesEverything();
    await line.cut();
    await line.open();
    await eventually(async () => (await get('/telemetry?limit=1')).statusCode === 200);
  });

  it('an export that has begun is cut off in a way that its reader notices, and one that has not is a 503', async () => {
    await app.listen(0, '127.0.0.1');
    const response = await fetch(`${await app.getUrl()}/telemetry`, {
      headers: { accept: 'text/csv' },
    });
    const whole = await response.text();
    expect(whole.split('\r\n')).toHaveLength(5002);
    // A batch of the 5000 readings is about 100 kB.
    line.hang(250_000);
    const cut = await fetch(`${await app.getUrl()}/telemetry`, { headers: { accept: 'text/csv' } });
    expect(cut.status).toBe(200);
    await expect(cut.text()).rejects.toThrow();
    expect((await get('/telemetry', 'text/csv')).statusCode).toBe(503);
  });
});

async function refusesEverything(): Promise<void> {
  await Promise.all(
    LISTS.map(async (url) => {
      const began = performance.now();
      const { statusCode, headers } = await get(url);
      const inTime = performance.now() - began < IN_TIME_MS;
      expect([url, statusCode, headers['retry-after'], headers['content-type'], inTime]).toEqual([
        url,
        503,
        '2',
        'application/problem+json; charset=utf-8',
        true,
      ]);
    }),
  );
}
