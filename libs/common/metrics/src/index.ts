export { consumerMetrics, type ConsumerMetrics } from './consumer-metrics.js';
export { instrumentHttp, observeHttp, type ObserveHttp } from './http-metrics.js';
export {
  createRegistry,
  metricsIn,
  SECONDS_BUCKETS,
  SIZE_BUCKETS,
  type KnownLabels,
} from './registry.js';
export { Counter, Gauge, Histogram, Registry } from 'prom-client';
