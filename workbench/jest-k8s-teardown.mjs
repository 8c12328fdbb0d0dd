/** Ends the cluster of the run. */
export default async function stopTestCluster() {
  await globalThis.testCluster?.stop();
}
