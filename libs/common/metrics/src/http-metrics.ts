import type { FastifyInstance } from 'fastify';
import type { Counter, Histogram } from 'prom-client';
import { type Registry } from 'prom-client';
import { metricsIn, SECONDS_BUCKETS } from './registry.js';

const LABELS = ['method', 'route', 'status'] as const;
type Label = (typeof LABELS)[number];

/** Told of each request that was answered: its route pattern, never its path. */
export type ObserveHttp = (method: string, route: string, status: number, seconds: number) => void;

/** Counts and times every request that the server's router sees. */
export function instrumentHttp(server: FastifyInstance, registry: Registry): void {
  const { counter, histogram } = metricsIn(registry);
  counter('http_requests_total', 'HTTP requests answered', LABELS);
  histogram(
    'http_request_duration_seconds',
    'Time from a request’s arrival until its answer is sent',
    SECONDS_BUCKETS,
    LABELS,
  );
  const observe = observeHttp(registry);
  server.addHook('onResponse', (request, reply, done) => {
    observe(
      request.method,
      request.routeOptions.url ?? 'unknown',
      reply.statusCode,
      reply.elapsedTime / 1000,
    );
    done();
  });
}

/**
 * For requests that do not come by the router of a server that {@link instrumentHttp} has
 * instrumented with this registry.
 * @param known requests that are counted from 0 on, before the first of them
 */
export function observeHttp(
  registry: Registry,
  known: readonly Readonly<Record<Label, string>>[] = [],
): ObserveHttp {
  const requests = registry.getSingleMetric('http_requests_total') as Counter<Label>;
  for (const labels of known) requests.inc(labels, 0);
  const durations = registry.getSingleMetric('http_request_duration_seconds') as Histogram<Label>;
  return (method, route, status, seconds) => {
    const of = { method, route, status: String(status) };
    requests.inc(of);
    durations.observe(of, seconds);
  };
}
