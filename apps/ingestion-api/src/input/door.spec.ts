import { once } from 'node:events';
import { connect } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createLogger, createService } from '@iot/service';
import { ingestionConfig } from '../config.js';
import { service } from '../service.js';

const config = ingestionConfig({
  KAFKA_BOOTSTRAP_SERVERS: '127.0.0.1:1',
  HOST: '127.0.0.1',
  AUTH: 'off',
  INGEST_DEADLINE_MS: '50',
  CORS_ORIGINS: 'https://app.example.com',
});

describe('the door', () => {
  let app: NestFastifyApplication;
  let port: number;

  beforeAll(async () => {
    app = await createService(service, config, createLogger('test', 'silent'));
    await app.listen(0, '127.0.0.1');
    port = Number(new URL(await app.getUrl()).port);
  }, 30_000);
  afterAll(() => app.close());

  /** Sends a request that ends the connection, and gives what comes back. */
  async function send(target: string, headers: readonly string[], body = ''): Promise<string> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    const lines = [...headers, 'Connection: close', `Content-Length: ${body.length}`];
    socket.write(`${target} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
    let answer = '';
    for await (const piece of socket) answer += String(piece);
    return answer;
  }
  const JSON_TYPE = ['Host: localhost', 'Content-Type: application/json'];

  it.each([
    '/ingest',
    '/ingest?from=somewhere',
    '/ingest#there',
    '/%69ngest',
    'http://any.example.com/ingest',
    'http://any.example.com/ingest?a=b',
    '/ingest/batch',
    '/ingest/batch?a=/ingest',
  ])('takes POST %s', async (target) => {
    expect(await send(`POST ${target}`, JSON_TYPE, '{"')).toMatch(
      /^HTTP\/1\.1 400 [^]*The body is not valid JSON/,
    );
  });

  it.each(['/ingestion', '/ingest/', '/Ingest', '/ingest%2Fbatch', '//ingest', '/a/../ingest'])(
    'leaves POST %s to the server',
    async (target) => {
      expect(await send(`POST ${target}`, JSON_TYPE, '{}')).toMatch(/^HTTP\/1\.1 404 /);
    },
  );

  it.each(['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH'])('does not take %s', async (method) => {
    for (const target of ['/ingest', '/ingest/batch?a=b', 'http://any.example.com/%69ngest']) {
      const answer = await send(`${method} ${target}`, JSON_TYPE);
      expect(answer).toMatch(/^HTTP\/1\.1 405 [^]*problem\+json/);
      expect(answer).toMatch(/\r\nallow: POST, OPTIONS\r\n/i);
    }
  });

  it('lets a page of an allowed origin send its key', async () => {
    const answer = await send('OPTIONS /ingest/batch', [
      'Host: localhost',
      'Origin: https://app.example.com',
      'Access-Control-Request-Method: POST',
      'Access-Control-Request-Headers: authorization',
    ]);
    expect(answer).toMatch(/access-control-allow-headers: .*\bauthorization\b/i);
  });

  it('answers a preflight request, with a query too', async () => {
    for (const target of ['/ingest', '/ingest/batch?a=b'])
      expect(
        await send(`OPTIONS ${target}`, ['Host: localhost', 'Origin: https://app.example.com']),
      ).toMatch(/^HTTP\/1\.1 204 [^]*access-control-allow-methods: POST\r\n/);
  });

  it('lets nothing in that two servers may understand differently', async () => {
    for (const target of ['/ingest', '/ingest/batch', '/ingest?a=b'])
      expect(await send(`POST ${target}`, [...JSON_TYPE, 'Host: b'], '{}')).toMatch(
        /^HTTP\/1\.1 400 [^]*one Host header/,
      );
  });

  it('counts what it answers by route', async () => {
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    const count = (method: string, route: string, status: number): number =>
      Number(
        new RegExp(
          `^http_requests_total\\{method="${method}",route="${route}",status="${status}"[^}]*\\} (\\d+)`,
          'm',
        ).exec(metrics)?.[1],
      );
    expect(count('POST', '/ingest', 400)).toBeGreaterThanOrEqual(6);
    expect(count('POST', '/ingest/batch', 400)).toBeGreaterThanOrEqual(2);
    expect(count('OPTIONS', '/ingest', 204)).toBe(1);
  });
});
