import { consumerMetrics, metricsIn, type Registry } from '@iot/metrics';

/** The logic worker's vocabulary. */
export type LogicMetrics = ReturnType<typeof logicMetrics>;

export const logicMetrics = (registry: Registry) => ({
  ...consumerMetrics(registry),
  values: metricsIn(registry).counter('logic_values_total', 'Values handled, by sensor', [
    'sensor_type',
  ]),
});
