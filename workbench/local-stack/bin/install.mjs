// Runs on any Node from 20 on, with nothing installed: brings node_modules up to the lock file, and
// builds.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the repository. */
export const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
/**
 * The Node that everything runs on: a development dependency, so that the one on PATH matters only
 * to begin with.
 */
export const node = join(
  root,
  'node_modules',
  'node',
  'bin',
  process.platform === 'win32' ? 'node.exe' : 'node',
);

const LOCK = join(root, 'package-lock.json');
const STAMP = join(root, 'node_modules', '.iot-lock-hash');

/**
 * Runs `npm ci` when node_modules is not what package-lock.json says. Exits with npm's code when
 * that fails.
 */
export function ensureInstalled() {
  const hash = createHash('sha256').update(readFileSync(LOCK)).digest('hex');
  const usable = existsSync(node);
  if (usable && read(STAMP) === hash) return;
  if (
    !usable ||
    !matchesLock(
      JSON.parse(readFileSync(LOCK, 'utf8')),
      JSON.parse(read(join(root, 'node_modules', '.package-lock.json')) ?? '{}'),
    )
  ) {
    console.error('Installing the dependencies (npm ci) …');
    run(
      process.platform === 'win32' ? 'npm.cmd' : 'npm',
      ['ci', '--no-audit', '--no-fund', '--loglevel=error'],
      'npm ci failed',
    );
  }
  writeFileSync(STAMP, hash);
}

/**
 * Whether npm's own record of what it installed has every package of the lock file in its version;
 * spares those who ran npm themselves a second installation.
 */
export function matchesLock(lock, installed) {
  if (!installed.packages) return false;
  return Object.entries(lock.packages).every(([path, wanted]) => {
    if (!path.includes('node_modules/') || wanted.optional || wanted.peer || wanted.devOptional)
      return true;
    return installed.packages[path]?.version === wanted.version;
  });
}

/**
 * Compiles these projects (folders) and what they refer to; does nothing where all is up to date.
 * Exits with the compiler's code when that fails.
 */
export function build(projects) {
  run(
    node,
    [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-b', ...projects],
    'The build failed',
  );
}

/** Builds the page in the browser, where its sources have changed. Exits when that fails. */
export function buildPage() {
  run(node, [join(root, 'apps', 'dashboard-web', 'build.mjs')], 'The build of the page failed');
}

function run(command, args, problem) {
  // Standard output is the tool's: what is said here must not get into its results.
  const result = spawnSync(command, args, { cwd: root, stdio: ['inherit', 2, 2] });
  if (result.status === 0) return;
  console.error(
    `${problem}${result.error ? ': ' + result.error.message : '; see the lines above.'}`,
  );
  process.exit(result.status || 1);
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
