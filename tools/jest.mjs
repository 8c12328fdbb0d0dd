/**
 * Runs Jest on the workspace's own Node 24: node tools/jest.mjs [--unit] [--integration] [--e2e] [--k8s] [Jest options] [path or pattern …]
 * Without one of the first three, all of them are searched for the pattern; the tests on a Kubernetes API server run only when asked for, as they may have to build one. These and
 * the end-to-end tests run one file at a time, after the others.
 */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = (name) => join(root, 'node_modules', '.bin', name);
const KINDS = ['unit', 'integration', 'e2e', 'k8s'];
const USUAL = ['unit', 'integration', 'e2e'];
/** Their tests start processes that want the machine for themselves. */
const ALONE = ['e2e', 'k8s'];

/** Jest runs for these arguments, each as { kinds, args }. */
export function planRuns(args) {
  const asked = KINDS.filter((kind) => args.includes('--' + kind));
  const rest = args.filter((arg) => !KINDS.some((kind) => arg === '--' + kind));
  const kinds = asked.length === 0 ? USUAL : asked;
  const together = kinds.filter((kind) => !ALONE.includes(kind));
  const runs = [];
  if (together.length > 0) runs.push({ kinds: together, args: ['--selectProjects', ...together, '--passWithNoTests', ...patterns(rest)] });
  for (const kind of kinds.filter((one) => ALONE.includes(one)))
    runs.push({
      kinds: [kind],
      args: ['--selectProjects', kind, '--passWithNoTests', '--runInBand', '--testTimeout=300000', ...patterns(rest)],
    });
  return runs;
}

/** Jest takes words after --selectProjects for more projects, so patterns go in by their own option. Of Jest's options -t may have its value as the next word; others need `--name=value`. */
function patterns(rest) {
  return rest.flatMap((arg, i) => {
    if (rest[i - 1] === '-t') return [];
    if (arg === '-t') return ['--testNamePattern=' + (rest[i + 1] ?? '')];
    return arg.startsWith('-') ? [arg] : ['--testPathPatterns=' + arg];
  });
}

/** Runs Jest once with our settings; returns its exit code. */
export function runJest(args, options = {}) {
  const env = {
    ...process.env,
    NODE_OPTIONS: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', process.env.NODE_OPTIONS]
      .filter(Boolean)
      .join(' '),
  };
  const result = spawnSync(bin('node'), [join(root, 'node_modules', 'jest', 'bin', 'jest.js'), ...args], {
    cwd: root,
    stdio: 'inherit',
    env,
    ...options,
  });
  return result.status ?? 1;
}

/** Builds what the set-up of the tests on real servers is run from. */
export function buildSetUp() {
  const result = spawnSync(bin('node'), [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-b', 'tools/local-cluster'], {
    cwd: root,
    stdio: 'inherit',
  });
  return result.status ?? 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  let code = buildSetUp();
  for (const run of code === 0 ? planRuns(process.argv.slice(2)) : []) code = runJest(run.args) || code;
  process.exit(code);
}
