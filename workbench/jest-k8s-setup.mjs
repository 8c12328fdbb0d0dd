import { startCluster } from './local-cluster/dist/index.js';

/**
 * One cluster for all tests on a Kubernetes API server of this run; TEST_CLUSTER says where it is,
 * and whether it is one of our own making.
 */
export default async function startTestCluster() {
  const cluster = await startCluster({ onBuild: (line) => console.error(line) });
  const { bin, kubeconfig, isLocal } = cluster;
  process.env.TEST_CLUSTER = JSON.stringify({ bin, kubeconfig, isLocal });
  globalThis.testCluster = cluster;
}
