/**
 * Runs Jest on the workspace's own Node 24:
 * node workbench/jest.mjs [--unit] [--integration] [--e2e] [--k8s] [Jest options] [path or pattern
 * …] Without one of the first four, the first three are searched for the pattern; the tests on a
 * Kubernetes API server run only when asked for, as they may have to build one. These run one file
 * at a time, after the others; end-to-end tests run three files at a time, each in a Jest of its
 * own.
 * --report=FILE writes Jest's JSON, that of each end-to-end file beside it.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = (name) => join(root, 'node_modules', '.bin', name);
const KINDS = ['unit', 'integration', 'e2e', 'k8s'];
const USUAL = ['unit', 'integration', 'e2e'];
/** Their tests start processes that want the machine for themselves. */
const ALONE = ['e2e', 'k8s'];
const REPORT = '--report=';
/** End-to-end tests wait more than they compute: for sessions that expire, for restarts. */
const LANES = 3;
/** Those that take more than a minute: they begin first, so that none of them ends alone. */
export const LONG = [
  ...['faults', 'page', 'new-worker', 'readme-tour', 'rolling-restart', 'rights', 'stand-in'],
  ...['npm-start', 'codecs', 'real-readings'],
];

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
const jestEnv = {
  // Hundreds of processes load the same modules: a fifth of what their start takes is compiling.
  // There `npm ci` clears it.
  NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'compiled'),
  ...plain,
  NODE_OPTIONS: [...nodeOptions, process.env.NODE_OPTIONS].filter(Boolean).join(' '),
};
const JEST = ['jest', 'bin', 'jest.js'];
const jest = (args) => run(JEST, args, jestEnv);

/** Where the report of one file goes: e2e.e2e.json becomes e2e.e2e.pipeline.json. */
export const reportOf = (report, file) => report.replace(/\.json$/, `.${nameOf(file)}.json`);
const nameOf = (file) => basename(file).split('.')[0];

/** What an earlier run reported must not stand for this one, also when this one breaks off. */
function clearReport(args) {
  const report = args.find((arg) => arg.startsWith(REPORT))?.slice(REPORT.length);
  if (report === undefined) return;
  const file = resolve(root, report);
  const folder = dirname(file);
  mkdirSync(folder, { recursive: true });
  const isOurs = (name) => name.startsWith(basename(file, 'json')) && name.endsWith('.json');
  for (const name of readdirSync(folder).filter(isOurs)) rmSync(join(folder, name));
}

/** The files that Jest would run for these arguments. */
function filesOf(args) {
  const which = args.filter((arg) => !arg.startsWith('--outputFile='));
  const list = [join(root, 'node_modules', ...JEST), ...which, '--listTests', '--json'];
  const result = spawnSync(bin('node'), list, { cwd: root, encoding: 'utf8', env: jestEnv });
  return result.status === 0 ? JSON.parse(result.stdout) : [];
}

/** The same files, in the order in which they begin. */
export function longestFirst(files) {
  const rank = (file) => {
    const at = LONG.indexOf(nameOf(file));
    return at < 0 ? LONG.length : at;
  };
  return files.toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

/** One file in a Jest of its own; what it prints is shown when it ends. @returns its exit code */
function jestAside(args, file) {
  const own = args
    .filter((arg) => !arg.startsWith('--testPathPatterns='))
    .map((arg) => (arg.startsWith('--outputFile=') ? reportOf(arg, file) : arg));
  const child = spawn(
    bin('node'),
    [join(root, 'node_modules', ...JEST), ...own, '--runTestsByPath', file],
    { cwd: root, env: jestEnv, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const said = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => said.push(part));
  return new Promise((done) =>
    child.on('exit', (code) => {
      process.stderr.write(Buffer.concat(said));
      done(code ?? 1);
    }),
  );
}

/** Each lane takes the next file when it is through with one. @returns the worst exit code */
async function jestInLanes(args) {
  const files = filesOf(args);
  if (files.length < 2) return jest(args);
  const waiting = longestFirst(files);
  const lane = async () => {
    let worst = 0;
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift())
      worst = (await jestAside(args, file)) || worst;
    return worst;
  };
  return Math.max(...(await Promise.all(Array.from({ length: LANES }, lane))));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const args = process.argv.slice(2);
  clearReport(args);
  const runs = planRuns(args);
  // The set-up of the tests on real servers is a built program.
  const onServers = runs.some(({ kinds }) => kinds.some((kind) => kind !== 'unit'));
  let code = onServers ? run(['typescript', 'bin', 'tsc'], ['-b', 'workbench/local-cluster']) : 0;
  for (const { kinds, args: jestArgs } of code === 0 ? runs : [])
    code = (kinds.includes('e2e') ? await jestInLanes(jestArgs) : jest(jestArgs)) || code;
  process.exit(code);
}
