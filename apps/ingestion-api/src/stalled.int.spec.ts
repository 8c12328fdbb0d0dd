import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createLogger, createService } from '@iot/service';
import { ingestionConfig } from './config.js';
import { service } from './service.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const MEBIBYTE = 2 ** 20;
const LIMIT = 8 * MEBIBYTE;
const topic = `stalled-${randomUUID()}`;
const config = ingestionConfig({
  KAFKA_BOOTSTRAP_SERVERS: process.env['TEST_KAFKA'] ?? '',
  HOST: '127.0.0.1',
  AUTH: 'off',
  TELEMETRY_TOPIC: topic,
  DLQ_TOPIC: `${topic}.dlq`,
  TELEMETRY_PARTITIONS: '3',
  INGEST_BUFFER_BYTES: String(LIMIT),
  MAX_BATCH_BYTES: String(2 * MEBIBYTE),
  BODY_STALL_MS: '4000',
  REQUEST_TIMEOUT_MS: '60000',
});

describe('clients that send half a body and stall', () => {
  let app: NestFastifyApplication;
  let url: string;
  const sockets: Socket[] = [];
  const json = { 'content-type': 'application/json' };

  beforeAll(async () => {
    app = await createService(service, config, createLogger('test', 'silent'));
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
    for (let i = 0; i < 200 && !(await fetch(`${url}/health/ready`)).ok; i++) await delay(100);
  }, 60_000);
  afterEach(() => sockets.splice(0).forEach((socket) => socket.destroy()));
  afterAll(() => app.close());

  /** Opens connections that send so much of a body, and no more. */
  async function stall(connections: number, head: string, part: Buffer): Promise<void> {
    const port = Number(new URL(url).port);
    const request = `POST /ingest/batch HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${head}\r\n`;
    for (let i = 0; i < connections; i++) {
      const socket = connect(port, '127.0.0.1').on('error', () => undefined);
      socket.resume();
      socket.write(request);
      socket.write(part);
      sockets.push(socket);
      if (i % 100 === 99) await once(socket, 'connect');
    }
    await delay(500);
  }
  const metric = async (name: string): Promise<number> =>
    Number(
      new RegExp(`^${name}\\{[^}]*\\} (\\d+)`, 'm').exec(
        await (await fetch(`${url}/metrics`)).text(),
      )![1],
    );
  const buffers = (): number => {
    collectGarbage();
    return process.memoryUsage().arrayBuffers;
  };
  const send = async (path: string, body: string): Promise<number> => {
    for (let i = 0; ; i++) {
      const { status } = await fetch(url + path, { method: 'POST', headers: json, body });
      // Room is made once it is known who is slow.
      if (status !== 503 || i === 20) return status;
      await delay(200);
    }
  };
  const reading = { device_id: 'd', humidity: 40 };
  const large = JSON.stringify(
    Array.from({ length: 5000 }, (_, i) => ({ ...reading, ts: Date.now() - i })),
  );

  it.each([
    [
      'gzip',
      'Content-Encoding: gzip\r\nContent-Length: 1000000\r\n',
      gzipSync(randomBytes(64_000)).subarray(0, 60_000),
    ],
    ['no encoding', 'Content-Length: 1000000\r\n', Buffer.alloc(60_000, '[')],
    [
      'pieces of one byte',
      'Transfer-Encoding: chunked\r\n',
      Buffer.from('1\r\n[\r\n'.repeat(2000)),
    ],
    [
      'brotli with a large window',
      'Content-Encoding: br\r\nContent-Length: 1000000\r\n',
      Buffer.concat([Buffer.of(0x0f), randomBytes(67_000)]),
    ],
  ])(
    'take no more than the buffer, and nothing from others: %s',
    async (_what, head, part) => {
      const before = buffers();
      await stall(1200, head, part);
      expect(await metric('ingest_buffer_bytes')).toBeLessThanOrEqual((LIMIT * 3) / 4);
      // What was let go of is swept a little later.
      for (let i = 0; i < 50 && buffers() - before >= 2 * LIMIT; i++) await delay(100);
      expect(buffers() - before).toBeLessThan(2 * LIMIT);
      // What comes whole has room kept for it; what comes in pieces has that of the stalled.
      const single = await fetch(`${url}/ingest`, {
        method: 'POST',
        headers: json,
        body: JSON.stringify(reading),
      });
      expect(single.status).toBe(202);
      expect(await send('/ingest/batch', large)).toBe(202);
    },
    60_000,
  );

  it('are answered 408 after a while, and leave nothing behind', async () => {
    const port = Number(new URL(url).port);
    const socket = connect(port, '127.0.0.1');
    socket.write(
      'POST /ingest HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"dev',
    );
    let answer = '';
    for await (const chunk of socket) answer += String(chunk);
    expect(answer).toMatch(/^HTTP\/1.1 408 [\s\S]*problem\+json[\s\S]*came too slowly/);
    expect(await metric('ingest_buffer_bytes')).toBe(0);
  }, 30_000);
});
