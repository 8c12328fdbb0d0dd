export type { AutoscalerMetric } from './autoscaler-metrics.js';
export { Cluster } from './cluster.js';
export {
  ConfigMapWatch,
  type ConfigMapListener,
  type ConfigMapState,
  type WatchTiming,
} from './config-map-watch.js';
export { ConfigMapEvents } from './events.js';
export { KubernetesFailure, type FailureKind } from './failure.js';
export { locate, type KubernetesEnv, type Location, type Outside } from './location.js';
export {
  readRelease,
  type AutoscalerState,
  type DeploymentState,
  type Part,
  type PodState,
  type Release,
} from './release.js';
