export {
  type Cluster,
  type ClusterAccess,
  type ClusterOptions,
  clusterAccess,
  startCluster,
} from './cluster/cluster.js';
export { kubeconfigFor } from './cluster/access.js';
export { command, CommandError, type Output } from './cluster/command.js';
export { scrapedConfigMap } from './cluster/external-metrics.js';
export {
  customResourceDefinitions,
  type CustomResourceDefinition,
} from './cluster/custom-resources.js';
export { type Usage, usageConfigMap } from './cluster/pod-metrics.js';
export { writeSchemas } from './schemas/write-schemas.js';
export { ensureTool, type ToolOptions } from './tools/ensure-tool.js';
export { type ToolName, toolName, TOOLS } from './tools/catalogue.js';
