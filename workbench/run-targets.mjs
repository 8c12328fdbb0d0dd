/**
 * Runs the targets of all projects through Nx: what can be cached first, then the tests on real
 * servers. The last line is "N passed, N failed", and the exit code is 1 when anything failed or no
 * test ran. With --unit, --integration, --e2e or --k8s: those tests only; with names of projects:
 * of these only.
 */
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { readReports, specFiles, sumUp } from './test-reports.mjs';

const root = dirname(import.meta.dirname);
const REPORTS = join(root, 'test-results');
/** Nx's own account of its last run. */
const RUN = join(root, '.nx', 'cache', 'run.json');
const NX = join(root, 'node_modules', 'nx', 'dist', 'bin', 'nx.js');
const TSC = join(root, 'node_modules', 'typescript', 'bin', 'tsc');

const KINDS = ['unit', 'integration', 'e2e', 'k8s'];

/** @returns the kinds of test that are asked for, and the projects; none of either means all */
function parse(args) {
  const names = args.filter((arg) => !arg.startsWith('-'));
  const options = args.filter((arg) => arg.startsWith('-'));
  const unknown = options.find((arg) => !KINDS.includes(arg.slice(2)));
  if (unknown !== undefined) {
    console.error(
      `npm test does not know ${unknown}: it takes --${KINDS.join(', --')} and projects.`,
    );
    console.error('For a path, a pattern or options of Jest: node workbench/jest.mjs');
    process.exit(2);
  }
  return { asked: options.map((arg) => arg.slice(2)), projects: names };
}

/** Runs these targets where a project has them; returns the names of the tasks that failed. */
async function runMany(targets, parallel) {
  rmSync(RUN, { force: true });
  const style = ['--outputStyle=static-failures-only', '--nxBail=false', `--parallel=${parallel}`];
  const only = projects.length > 0 ? [`--projects=${projects.join()}`] : [];
  const env = { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false' };
  const child = spawn(process.execPath, [NX, 'run-many', '-t', ...targets, ...style, ...only], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env,
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  const failed = failedTasks();
  return code !== 0 && failed.length === 0 ? [`nx run-many -t ${targets.join(' ')}`] : failed;
}

function failedTasks() {
  try {
    const { tasks } = JSON.parse(readFileSync(RUN, 'utf8'));
    return tasks.filter(({ status }) => status !== 0).map(({ taskId }) => taskId);
  } catch {
    return [];
  }
}

/**
 * Integration tests of all projects share one broker and one database, which are there while this
 * work goes on.
 * @returns what the work returns, or undefined where the servers do not start
 */
async function besideServers(work) {
  const { status } = spawnSync(process.execPath, [TSC, '-b', join(root, 'workbench/local-stack')], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) return undefined;
  // Only now, as the set-up is a built program.
  const { default: startBackends } = await import('./jest-global-setup.mjs');
  const { default: stopBackends } = await import('./jest-global-teardown.mjs');
  try {
    await startBackends();
  } catch (error) {
    console.error(error);
    await stopBackends();
    return undefined;
  }
  const { makeClassArchive } = await import('./local-stack/dist/index.js');
  const stop = new AbortController();
  // For the brokers of the end-to-end tests, which start sooner with it, and without it too.
  const archive = makeClassArchive(stop.signal).catch(() => undefined);
  try {
    return await work();
  } finally {
    stop.abort();
    await Promise.all([archive, stopBackends()]);
  }
}

/** Tests on servers wait for much of their time: they run beside what computes. */
async function runChecks(targets, isIntegrated) {
  if (!isIntegrated) return runMany(targets, availableParallelism());
  const failed = await besideServers(() =>
    runMany([...targets, 'integration'], availableParallelism() + 2),
  );
  if (failed) return failed;
  const others = await runMany(targets, availableParallelism());
  return [...others, 'the servers of the integration tests'];
}

async function runAll(kinds) {
  const has = (kind) => kinds.includes(kind);
  const isAll = kinds.length === 0;
  const targets = isAll ? ['build', 'lint', 'types', 'test'] : has('unit') ? ['test'] : ['build'];
  const failed = await runChecks(targets, isAll || has('integration'));
  if (failed.some((task) => task.endsWith(':build'))) return failed;
  if (isAll || has('e2e')) failed.push(...(await runMany(['e2e'], 1)));
  if (has('k8s')) failed.push(...(await runMany(['k8s'], 1)));
  return failed;
}

const { asked, projects } = parse(process.argv.slice(2));
rmSync(REPORTS, { recursive: true, force: true });
const failedOnes = await runAll(asked);
const usual = ['unit', 'integration', 'e2e'];
const isExpected = ({ kind }) => (asked.length === 0 ? usual : asked).includes(kind);
const { lines, passed, failed } = sumUp(readReports(REPORTS), {
  failedTasks: failedOnes,
  expected: projects.length === 0 ? specFiles(root).filter(isExpected) : [],
});
for (const line of lines) console.log(line);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
