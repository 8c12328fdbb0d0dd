import { Registry } from '@iot/metrics';
import { createLogger, createService, type RunConfig, type ServiceDefinition } from '@iot/service';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { serviceOf } from '../services.js';
import { SERVICES } from '../platform.js';

/** Labels of a series, by its name; a histogram has three names. */
export type Vocabulary = Map<string, ReadonlySet<string>>;

const build = <C extends RunConfig>(
  service: ServiceDefinition<C>,
): Promise<NestFastifyApplication> =>
  createService(service, service.config(), createLogger(service.name, 'silent'));

/** The services, built as their programs build them, and not started: they connect to nothing. */
export const buildServices = (): Promise<NestFastifyApplication[]> => {
  // Without what lets people in, which is made where it is installed.
  Object.assign(process.env, { HOST: '127.0.0.1', AUTH: 'off' });
  return Promise.all(SERVICES.map(async (name) => build(await serviceOf(name))));
};

/** What the services have registered in their registries. */
export function emittedBy(services: readonly NestFastifyApplication[]): Vocabulary {
  const vocabulary: Vocabulary = new Map();
  for (const service of services)
    for (const metric of service.get(Registry).getMetricsAsArray() as unknown as {
      name: string;
      labelNames?: string[];
      buckets?: number[];
    }[]) {
      const labels = ['service', ...(metric.labelNames ?? [])];
      const names = metric.buckets
        ? ([
            [`${metric.name}_bucket`, [...labels, 'le']],
            [`${metric.name}_sum`, labels],
            [`${metric.name}_count`, labels],
          ] as const)
        : ([[metric.name, labels]] as const);
      for (const [name, of] of names)
        vocabulary.set(name, new Set([...(vocabulary.get(name) ?? []), ...of]));
    }
  return vocabulary;
}

/**
 * Put on every series by whoever scrapes it. `job` is not among them: each scraper has names of its
 * own for it.
 */
export const TARGET_LABELS: ReadonlySet<string> = new Set(['instance', 'namespace', 'pod']);

/**
 * What does not come from the services: Prometheus' own series of alerts, and kube-state-metrics.
 */
export const FOREIGN: Vocabulary = new Map([
  ['ALERTS', new Set(['alertname', 'alertstate', 'severity', 'service'])],
  ['kube_pod_container_status_restarts_total', new Set(['container', 'pod', 'namespace'])],
]);
