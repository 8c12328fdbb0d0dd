#!/usr/bin/env node
// `npm start`: installs and builds when needed, then hands over to the local stack on the workspace's own Node.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { build, ensureInstalled, node, root } from './install.mjs';

ensureInstalled();
build(['apps/ingestion-api', 'apps/dashboard-api', 'apps/aggregator-worker', 'apps/alerts-worker', 'tools/local-stack']);

// The fourth stream is a pipe that says nothing: the stack sees its end when this process is killed, and stops too.
const stack = spawn(node, [join(root, 'tools', 'local-stack', 'dist', 'main.js'), ...process.argv.slice(2)], {
  stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
  env: { ...process.env, IOT_PARENT_FD: '3' },
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stack.kill(signal));
stack.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
