#!/usr/bin/env node
// `npm start`: installs and builds when needed, then hands over to the local stack on the
// workspace's own Node.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { build, buildPage, ensureInstalled, node, root } from './install.mjs';
import { SERVICE_PROJECTS } from './projects.mjs';

const PARENT_POLL_MS = 250;
const parent = process.ppid;

ensureInstalled();
// With telemetryctl, which makes the first device key.
build([...SERVICE_PROJECTS, 'tools/telemetryctl', 'workbench/local-stack']);
buildPage();

// The fourth stream is a pipe that says nothing: the stack sees its end when this process is
// killed, and stops too.
const stack = spawn(
  node,
  [join(root, 'workbench', 'local-stack', 'dist', 'main.js'), ...process.argv.slice(2)],
  {
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
    env: { ...process.env, IOT_PARENT_FD: '3' },
  },
);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stack.kill(signal));
stack.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));

// npm that is killed, or hung up on, tells nobody: its children are given to another process. The
// script of package.json begins with `exec`, so that our parent is npm itself and not a shell that
// would live on. Whoever starts this file without npm, in the background of a script say, may mean
// it to stay.
if (process.env.npm_lifecycle_event !== undefined) {
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    stack.kill('SIGTERM');
  }, PARENT_POLL_MS);
}
