#!/usr/bin/env node
// `npm run loadgen`, `ctl`, `bench`: installs and builds what is missing or stale, then runs a tool
// on the workspace's own Node. Arguments: the tool's folder under tools/ or workbench/, then its
// own.
import { spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, ensureInstalled, node, root } from './install.mjs';
import { SERVICE_PROJECTS } from './projects.mjs';

const [tool, ...words] = process.argv.slice(2);
const folder = join(
  existsSync(join(root, 'tools', tool, 'package.json')) ? 'tools' : 'workbench',
  tool,
);
const main = join(root, folder, 'dist', 'main.js');

ensureInstalled();
// A benchmark starts the services itself.
build([folder, ...(tool === 'bench' ? SERVICE_PROJECTS : [])]);

if (process.execPath === realpathSync(node)) {
  // As `node main.js` would: no process in between that signals would have to get through.
  process.argv.splice(1, process.argv.length, main, ...words);
  await import(pathToFileURL(main).href);
} else {
  const child = spawn(node, [main, ...words], { stdio: 'inherit' });
  // Ctrl-C reaches the tool from the terminal as well; twice would mean "at once".
  process.on('SIGINT', () => undefined);
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
}
