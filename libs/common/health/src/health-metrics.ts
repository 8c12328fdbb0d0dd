import { metricsIn, type Registry } from '@iot/metrics';
import type { Health } from './health.js';

/**
 * Shows the checks behind readiness to Prometheus, which sees no probes: asked when it scrapes, and
 * as seldom as the probes themselves.
 */
export function healthMetrics(registry: Registry, health: Health): void {
  const up = metricsIn(registry).gauge(
    'health_check_up',
    '1 when what readiness depends on is well, 0 when not',
    ['check'],
  );
  Object.assign(up, {
    collect: async () => {
      for (const { name, status } of await health.results())
        up.set({ check: name }, status === 'up' ? 1 : 0);
    },
  });
}
