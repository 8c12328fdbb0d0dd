/**
 * Runs Jest on the workspace's own Node 24:
 * node workbench/jest.mjs [--unit] [--integration] [--e2e] [--k8s] [Jest options] [path or pattern
 * …] Without one of the first four, the first three are searched for the pattern; the tests on a
 * Kubernetes API server run only when asked for, as they may have to build one. These and the
 * end-to-end tests run one file at a time, after the others. --report=FILE writes Jest's JSON.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = (name) => join(root, 'node_modules', '.bin', name);
const KINDS = ['unit', 'integration', 'e2e', 'k8s'];
const USUAL = ['unit', 'integration', 'e2e'];
/** Their tests start processes that want the machine for themselves. */
const ALONE = ['e2e', 'k8s'];
const REPORT = '--report=';

/** Jest runs for these arguments, each as { kinds, args }. */
export function planRuns(args) {
  const asked = KINDS.filter((kind) => args.includes('--' + kind));
  const rest = args.filter((arg) => !KINDS.some((kind) => arg === '--' + kind));
  const kinds = asked.length === 0 ? USUAL : asked;
  const together = kinds.filter((kind) => !ALONE.includes(kind));
  const select = (...names) => ['--selectProjects', ...names, '--passWithNoTests'];
  const runs = [];
  if (together.length > 0)
    runs.push({ kinds: together, args: [...select(...together), ...options(rest)] });
  for (const kind of kinds.filter((one) => ALONE.includes(one))) {
    const alone = ['--runInBand', '--testTimeout=300000'];
    runs.push({ kinds: [kind], args: [...select(kind), ...alone, ...options(rest)] });
  }
  return runs;
}

/**
 * Jest takes words after --selectProjects for more projects, so patterns go in by their own option.
 * Of Jest's options -t may have its value as the next word; others need `--name=value`.
 */
function options(rest) {
  return rest.flatMap((arg, i) => {
    if (rest[i - 1] === '-t') return [];
    if (arg === '-t') return ['--testNamePattern=' + (rest[i + 1] ?? '')];
    if (arg.startsWith(REPORT)) return reportTo(arg.slice(REPORT.length));
    return arg.startsWith('-') ? [arg] : ['--testPathPatterns=' + arg];
  });
}

/**
 * --forceExit: a test that failed before it closed its connections must not keep the run from
 * ending.
 */
const reportTo = (file) => ['--json', '--outputFile=' + resolve(root, file), '--forceExit'];

/** Runs a program of the workspace; returns its exit code. */
function run(script, args, env = process.env) {
  const result = spawnSync(bin('node'), [join(root, 'node_modules', ...script), ...args], {
    cwd: root,
    stdio: 'inherit',
    env,
  });
  return result.status ?? 1;
}

const nodeOptions = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
// What Nx tells its tasks is no business of the tests: one that runs `npm test` in a clone starts
// anew.
const plain = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^NX_/.test(name)),
);
const jest = (args) =>
  run(['jest', 'bin', 'jest.js'], args, {
    ...plain,
    NODE_OPTIONS: [...nodeOptions, process.env.NODE_OPTIONS].filter(Boolean).join(' '),
  });

/** What an earlier run reported must not stand for this one, also when this one breaks off. */
function clearReport(args) {
  const report = args.find((arg) => arg.startsWith(REPORT))?.slice(REPORT.length);
  if (report === undefined) return;
  const file = resolve(root, report);
  mkdirSync(dirname(file), { recursive: true });
  rmSync(file, { force: true });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const args = process.argv.slice(2);
  clearReport(args);
  const runs = planRuns(args);
  // The set-up of the tests on real servers is a built program.
  const onServers = runs.some(({ kinds }) => kinds.some((kind) => kind !== 'unit'));
  let code = onServers ? run(['typescript', 'bin', 'tsc'], ['-b', 'workbench/local-cluster']) : 0;
  for (const { args: jestArgs } of code === 0 ? runs : []) code = jest(jestArgs) || code;
  process.exit(code);
}
