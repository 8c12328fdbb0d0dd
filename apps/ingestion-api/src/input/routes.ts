import type { FastifyInstance } from 'fastify';
import type { Cors } from './cors.js';
import type { Ingest } from './ingest.js';

/**
 * Puts the two routes on the server, past Nest and past Fastify's own body parsing. What takes the
 * short path does not come by here; what comes is the same two routes with a query, and preflight
 * requests.
 */
export function ingestRoutes(server: FastifyInstance, ingest: Ingest, cors: Cors): void {
  void server.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, next) => next(null));
    for (const [url, handle] of [
      ['/ingest', ingest.single],
      ['/ingest/batch', ingest.batch],
    ] as const) {
      scope.post(url, (request, reply) => {
        reply.hijack();
        if (cors.enabled) cors.allow(request.raw, reply.raw);
        handle({ request: request.raw, response: reply.raw });
      });
      if (cors.enabled)
        scope.options(url, (request, reply) => {
          reply.hijack();
          cors.preflight(request.raw, reply.raw);
        });
    }
    done();
  });
}
