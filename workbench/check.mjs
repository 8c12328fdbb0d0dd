// `npm test`: installs when needed, then runs everything through Nx on the workspace's own Node 24.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ensureInstalled, node, root } from './local-stack/bin/install.mjs';

ensureInstalled();
const script = join(root, 'workbench', 'run-targets.mjs');
const child = spawn(node, [script, ...process.argv.slice(2)], { stdio: 'inherit' });
// Ctrl-C reaches the child from the terminal; the rest has to be passed on.
process.on('SIGINT', () => undefined);
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
