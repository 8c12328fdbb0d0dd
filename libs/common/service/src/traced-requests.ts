import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Span, Tracing } from '@iot/tracing';

/** What is asked all the time, by programs. */
const PROBE = /^\/(health|metrics)(\/|\?|$)/;

/** A stream has no end that says anything, and what feeds it is nothing of its own. */
const isStream = ({ headers: { accept } }: FastifyRequest): boolean =>
  accept?.includes('text/event-stream') ?? false;

/**
 * Keeps a span of each request that the server's router sees. What is done for the request belongs
 * to it, such as the commands that the database gets.
 */
export function traceRequests(server: FastifyInstance, tracing: Tracing): void {
  const spans = new WeakMap<FastifyRequest, Span>();
  server.addHook('onRequest', (request, _reply, done) => {
    if (PROBE.test(request.url) || isStream(request)) return done();
    const { method, headers, routeOptions } = request;
    const route = routeOptions.url;
    const span = tracing.start(route === undefined ? method : `${method} ${route}`, {
      kind: 'server',
      parent: headers['traceparent'] as string | undefined,
      attributes: {
        'http.request.method': method,
        ...(route !== undefined && { 'http.route': route }),
      },
    });
    if (!span) return done();
    spans.set(request, span);
    tracing.within(span, done);
  });
  const end = (request: FastifyRequest, status: number): void =>
    spans
      .get(request)
      ?.end(
        { 'http.response.status_code': status },
        status >= 500 ? `answered ${status}` : undefined,
      );
  server.addHook('onResponse', (request, reply, done) => {
    end(request, reply.statusCode);
    done();
  });
  server.addHook('onRequestAbort', (request, done) => {
    spans.get(request)?.end(undefined, 'the client went away');
    done();
  });
}
