import { randomUUID } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { Mongo } from '@iot/mongo';
import { createLogger, createService } from '@iot/service';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { dashboardConfig } from '../config.js';
import { service } from '../service.js';

const ROWS = 60_000;
const EXPORTS = 3;
const STALL_MS = 6000;
const config = dashboardConfig({
  HOST: '127.0.0.1',
  AUTH: 'off',
  MONGO_URL: process.env['TEST_MONGO'],
  MONGO_DB: `stall_${randomUUID().slice(0, 8)}`,
  KAFKA_BOOTSTRAP_SERVERS: process.env['TEST_KAFKA'],
  MAX_EXPORTS: String(EXPORTS),
  READER_STALL_MS: String(STALL_MS),
});

jest.setTimeout(120_000);

describe('readers that ask for everything and take nothing', () => {
  let app: NestFastifyApplication;
  let mongo: Mongo;
  let url: string;
  const sockets: Socket[] = [];

  beforeAll(async () => {
    app = await createService(service, config, createLogger('test', 'silent'));
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
    mongo = new Mongo(config, 'test');
    await mongo.connect();
    const start = Date.parse('2026-01-01T00:00:00Z');
    for (let from = 0; from < ROWS; from += 5000)
      await mongo.raw.insertMany(
        Array.from({ length: 5000 }, (_, i) => {
          const event_id = `e${from + i}`;
          const ts = new Date(start + (from + i) * 1000);
          // Rows that fill the buffers of a socket with a few thousand of them.
          const device_id = `d-${'x'.repeat(110)}`;
          return {
            _id: event_id,
            event_id,
            device_id,
            ts,
            received_at: ts,
            temperature_c: 1,
            source: `t/0/${from + i}`,
          } as never;
        }),
      );
  });
  afterAll(async () => {
    sockets.forEach((socket) => socket.destroy());
    await mongo.raw.deleteMany({});
    await mongo.close();
    await app.close();
  });

  /** Asks, and never reads; gives the socket once its head is there. */
  async function ask(
    path: string,
    accept: string,
  ): Promise<{ socket: Socket; closed: Promise<void> }> {
    const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1' }).on(
      'error',
      () => undefined,
    );
    sockets.push(socket);
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nAccept: ${accept}\r\n\r\n`);
    await new Promise((resolve) => socket.once('readable', resolve));
    return { socket, closed };
  }
  const csv = (): Promise<Response> =>
    fetch(`${url}/telemetry`, { headers: { accept: 'text/csv' } });
  const running = async (): Promise<number> =>
    Number(
      /^exports_in_progress\{[^}]*\} (\d+)/m.exec(await (await fetch(`${url}/metrics`)).text())![1],
    );

  it('take no more exports than there may be, are cut off, and leave room for others', async () => {
    // On a busy machine the first may be cut off before the last has its head.
    for (let i = 0; i < 10 * EXPORTS && (await running()) < EXPORTS; i++)
      await ask('/telemetry', 'text/csv');
    const refused = await csv();
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '2']);
    expect(await refused.json()).toMatchObject({
      status: 503,
      detail: expect.stringContaining('exports under way'),
    });
    // A page is no export.
    expect((await fetch(`${url}/telemetry?limit=5`)).status).toBe(200);
    for (let i = 0; i < 300 && (await running()) > 0; i++) await delay(100);
    expect(await running()).toBe(0);
    const whole = await csv();
    expect(whole.status).toBe(200);
    expect((await whole.text()).trimEnd().split('\n')).toHaveLength(ROWS + 1);
  });
});
