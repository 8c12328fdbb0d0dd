import { once } from 'node:events';
import { METHODS, type RequestListener, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino } from 'pino';
import { serveOpenApi } from './openapi.js';
import { createService, type RunConfig } from './run.js';

const CONNECTIONS = 20;
const config: RunConfig = {
  ...{
    PORT: 0,
    HOST: '127.0.0.1',
    LOG_LEVEL: 'silent',
    SHUTDOWN_DELAY_MS: 0,
    SHUTDOWN_GRACE_MS: 1000,
  },
  ...{ MAX_CONNECTIONS: CONNECTIONS, HEADERS_TIMEOUT_MS: 500, REQUEST_TIMEOUT_MS: 700 },
};

/** Takes POST /own before anything else does, as services may, and leaves it without an answer. */
function listenBefore(server: Server): void {
  const [rest] = server.listeners('request') as RequestListener[];
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    if (request.url !== '/own') rest!(request, response);
  });
}

describe('the HTTP server of every service', () => {
  let app: NestFastifyApplication;
  let port: number;
  beforeAll(async () => {
    const prepare = (made: NestFastifyApplication): void => {
      serveOpenApi(made, 'probe', 'a probe');
      listenBefore(made.getHttpServer() as Server);
    };
    app = await createService(
      { name: 'probe', config: () => config, modules: () => [], prepare },
      config,
      pino({ level: 'silent' }),
    );
    await app.listen(0, '127.0.0.1');
    port = Number(new URL(await app.getUrl()).port);
  });
  afterAll(() => app.close());

  /** Sends bytes and gives what comes back until the server closes the connection. */
  async function send(bytes: string): Promise<{ status: number; head: string; body: string }> {
    const socket = connect(port, '127.0.0.1');
    socket.write(bytes);
    let text = '';
    for await (const chunk of socket) text += String(chunk);
    const [head = '', body = ''] = text.split('\r\n\r\n', 2);
    return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1]), head: head.toLowerCase(), body };
  }
  const ask = (line: string, headers = '', host = 'Host: a\r\n') =>
    send(`${line} HTTP/1.1\r\n${host}${headers}Connection: close\r\n\r\n`);
  const problem = ({ head, body }: { head: string; body: string }, status: number): void => {
    expect(head).toContain('content-type: application/problem+json');
    expect(JSON.parse(body)).toMatchObject({
      status,
      title: expect.not.stringMatching(/^Error$/),
      detail: expect.any(String),
    });
  };

  it.each([
    ['half a head', 'GET /health HTTP/1.1\r\nHost: a\r\n', 408],
    ['half a body', 'POST /health HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{', 405],
    [
      'half a body of a GET',
      'GET /nothing HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{',
      404,
    ],
  ])('ends a connection with %s', async (_what, bytes, status) => {
    const began = Date.now();
    const answer = await send(bytes);
    expect(Date.now() - began).toBeLessThan(8000);
    expect(answer.status).toBe(status);
  });

  const opened = (count: number): Promise<Socket[]> =>
    Promise.all(
      Array.from({ length: count }, async () => {
        const socket = connect(port, '127.0.0.1');
        socket.on('error', () => undefined);
        await once(socket, 'connect');
        return socket;
      }),
    );
  const settled = () => new Promise((resolve) => setTimeout(resolve, 100));

  it('lets others in when connections without a request are at the limit, and keeps those in use', async () => {
    const [first, second, ...others] = await opened(CONNECTIONS);
    await settled();
    first!.write('GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n');
    await once(first!, 'data');
    expect((await ask('GET /health/live')).status).toBe(200);
    await settled();
    expect([first!.closed, second!.closed]).toEqual([false, true]);
    expect(others.some(({ closed }) => closed)).toBe(false);
    for (const socket of [first!, ...others]) socket.destroy();
    await settled();
  });

  it('takes connection after connection, whoever holds the others silently or with half a head', async () => {
    const silent = await opened(CONNECTIONS * 4);
    for (const socket of silent) socket.write('GET / HTTP/1.1\r\n', () => undefined);
    for (let i = 0; i < CONNECTIONS; i++) expect((await ask('GET /health/live')).status).toBe(200);
    for (const socket of silent) socket.destroy();
    await settled();
  });

  it('closes a connection beyond the limit when each has a request under way', async () => {
    const held = await opened(CONNECTIONS);
    for (const socket of held) socket.write('POST /own HTTP/1.1\r\nHost: a\r\n\r\n');
    await settled();
    const answer = send('GET /health HTTP/1.1\r\nHost: a\r\n\r\n');
    expect((await answer.catch(() => ({ status: NaN }))).status).toBeNaN();
    for (const socket of held) socket.destroy();
    await settled();
    expect((await ask('GET /health/live')).status).toBe(200);
  });

  it.each([
    ['no HTTP', 'hello\r\n\r\n', 400],
    [
      'headers beyond 16 KiB',
      `GET / HTTP/1.1\r\nHost: a\r\nX-Long: ${'x'.repeat(100_000)}\r\n\r\n`,
      431,
    ],
    ['no Host', 'GET /health/live HTTP/1.1\r\n\r\n', 400],
    ['two Hosts', 'GET /health/live HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', 400],
    [
      'two who it is from',
      'GET /health/live HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer a\r\nauthorization: Bearer b\r\n\r\n',
      400,
    ],
    ['two Hosts of one name', 'GET /health/live HTTP/1.1\r\nHost: a\r\nhOST: a\r\n\r\n', 400],
    [
      'a length and chunks',
      'POST /health HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    [
      'two lengths',
      'POST /health HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc',
      400,
    ],
    ['a signed length', 'POST /health HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\nabc', 400],
    [
      'a coding that is none',
      'POST /health HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n',
      501,
    ],
    [
      'chunks that are not last',
      'POST /health HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n',
      400,
    ],
    [
      'chunks of another coding',
      'POST /health HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n',
      501,
    ],
    [
      'chunks of another coding where a service listens before',
      'POST /own HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n',
      501,
    ],
    [
      'two Hosts where a service listens before',
      'POST /own HTTP/1.1\r\nHost: a\r\nHost: b\r\nContent-Length: 0\r\n\r\n',
      400,
    ],
    [
      'an expectation that is none',
      'POST /health HTTP/1.1\r\nHost: a\r\nExpect: banana\r\nContent-Length: 0\r\n\r\n',
      417,
    ],
    [
      'chunks twice',
      'POST /health HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['a space before the colon', 'GET /health/live HTTP/1.1\r\nHost : a\r\n\r\n', 400],
    ['a folded header', 'GET /health/live HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n', 400],
    [
      'a control character in a header',
      'GET /health/live HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n',
      400,
    ],
    [
      'an address that cannot be decoded',
      'GET /%zz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
      400,
    ],
  ])('refuses %s with a problem document', async (_what, bytes, status) => {
    const answer = await send(bytes);
    expect(answer.status).toBe(status);
    problem(answer, status);
  });

  it.each(METHODS.filter((method) => !['GET', 'HEAD', 'CONNECT', 'QUERY'].includes(method)))(
    'says 405 to %s, and what there is',
    async (method) => {
      for (const path of [
        '/health/live',
        '/%68ealth/live',
        'http://elsewhere/health/live',
        '/health/live?x=1',
      ]) {
        const answer = await ask(`${method} ${path}`);
        expect([path, answer.status]).toEqual([path, 405]);
        expect(answer.head).toContain('\r\nallow: get, head\r\n');
      }
      expect((await ask(`${method} /nothing`)).status).toBe(404);
    },
  );

  it.each([
    '/docs',
    '/%64ocs',
    '/docs/',
    '/%64ocs/static/swagger-ui.css',
    'http://elsewhere/docs',
    '/openapi.json',
    '/openapi%2ejson',
  ])('secures the documentation at %s', async (path) => {
    const { status, head } = await ask(`GET ${path}`);
    if (status < 400) expect(head).toContain("content-security-policy: default-src 'none'");
    expect(status).toBeLessThan(500);
  });

  it('repeats no key that somebody put into a path', async () => {
    const key = `iotk_k${'A'.repeat(11)}_${'b'.repeat(49)}`;
    for (const line of [
      `GET /ingest/${key}`,
      `GET /docs/${key}`,
      `GET /x?key=${key}`,
      `PUT /health/live?${key}`,
    ])
      expect([line, (await ask(line)).body.includes(key)]).toEqual([line, false]);
  });

  it('repeats little of a path that is not there', async () => {
    const answer = await ask(`GET /${'\x7e'.repeat(12_000)}`);
    expect(answer.status).toBe(404);
    expect(answer.body.length).toBeLessThan(500);
  });
});
