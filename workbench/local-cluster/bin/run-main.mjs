import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { build, ensureInstalled, node, root } from '../../local-stack/bin/install.mjs';

/**
 * Installs and builds when needed, then hands over to the built program on the workspace's own
 * Node, with its exit code.
 */
export function runMain(args) {
  ensureInstalled();
  build(['workbench/local-cluster']);
  const child = spawn(
    node,
    [join(root, 'workbench', 'local-cluster', 'dist', 'main.js'), ...args],
    { stdio: 'inherit' },
  );
  // Ctrl-C reaches the child from the terminal; the rest has to be passed on.
  process.on('SIGINT', () => undefined);
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
}
