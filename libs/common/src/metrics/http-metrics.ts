import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import { metricsIn, SECONDS_BUCKETS } from './registry.js';

/** Counts and times every request of the server by route pattern, never by path. */
export function instrumentHttp(server: FastifyInstance, registry: Registry): void {
  const { counter, histogram } = metricsIn(registry);
  const labels = ['method', 'route', 'status'] as const;
  const requests = counter('http_requests_total', 'HTTP requests answered', labels);
  const seconds = histogram(
    'http_request_duration_seconds',
    'Time from a request’s arrival until its answer is sent',
    SECONDS_BUCKETS,
    labels,
  );
  server.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unknown';
    const of = { method: request.method, route, status: String(reply.statusCode) };
    requests.inc(of);
    seconds.observe(of, reply.elapsedTime / 1000);
    done();
  });
}
