import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { ObserveHttp } from '@iot/metrics';
import type { Exchange } from './answer.js';
import type { Cors } from './cors.js';
import type { Ingest } from './ingest.js';

/**
 * Takes `POST /ingest` and `POST /ingest/batch` straight from Node's HTTP server, before Fastify
 * and Nest: routing, hooks and reply objects would cost more than reading, checking and producing a
 * reading do. Everything else goes on to `server`'s own listener.
 */
export function shortPath(server: Server, ingest: Ingest, cors: Cors, observe: ObserveHttp): void {
  const [rest, ...others] = server.listeners('request') as ((
    request: IncomingMessage,
    response: ServerResponse,
  ) => void)[];
  if (!rest || others.length > 0)
    throw new Error('the HTTP server should have one request listener');
  const take = (
    handle: (exchange: Exchange) => void,
    route: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): void => {
    const began = performance.now();
    if (cors.enabled) cors.allow(request, response);
    handle({
      request,
      response,
      answered: (status) => observe('POST', route, status, (performance.now() - began) / 1000),
    });
  };
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    if (request.method === 'POST' && request.url === '/ingest')
      take(ingest.single, '/ingest', request, response);
    else if (request.method === 'POST' && request.url === '/ingest/batch')
      take(ingest.batch, '/ingest/batch', request, response);
    else rest(request, response);
  });
}
