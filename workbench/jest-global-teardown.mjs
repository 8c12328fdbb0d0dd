import { rmSync } from 'node:fs';

/** Stops what the global set-up started. */
export default async function stopBackends() {
  const { dataDir, started } = globalThis.testBackends ?? { started: [] };
  await Promise.all(started.map((server) => server.stop()));
  if (dataDir) rmSync(dataDir, { recursive: true, force: true });
}
