/**
 * `npm test`: installs when needed, builds, checks (lint, format, types of the tests) and runs every test; the last line is "N passed, N failed" and the exit code is 1 when
 * anything failed or no test ran. With --unit, --integration, --e2e, --k8s or a path or pattern: builds, and runs those tests only.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureInstalled, node, root } from './local-stack/bin/install.mjs';
import { planRuns, runJest } from './jest.mjs';

const RESULTS = join(root, 'test-results');
const script = (...path) => join(root, 'node_modules', ...path);
const NX = [script('nx', 'dist', 'bin', 'nx.js'), 'run-many', '--outputStyle=static'];

const BUILD = { name: 'build', args: [...NX, '-t', 'build'] };
const CHECKS = [
  // One process and not `nx run-many -t lint`: it reads the types of the libraries once, and sees the files outside the projects too.
  { name: 'lint', args: [script('eslint', 'bin', 'eslint.js'), '.'] },
  { name: 'format', args: [script('prettier', 'bin', 'prettier.cjs'), '--check', '--log-level=warn', '.'] },
  { name: 'types of the tests', args: [script('typescript', 'bin', 'tsc'), '-p', 'tsconfig.spec.json'] },
];

/** Runs one step, prints its output only when it fails, and says how long it took. */
function step({ name, args }) {
  const began = performance.now();
  const child = spawn(node, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NX_DAEMON: 'false', FORCE_COLOR: '0' },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  return new Promise((resolve) => {
    child.on('close', (code) => {
      if (code !== 0) console.log(output.trimEnd());
      console.log(`${name}: ${code === 0 ? 'passed' : 'FAILED'} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
      resolve(code === 0);
    });
  });
}

/** Runs Jest as planned and adds up what its reports say. A test file that could not run counts as one failure. */
function test(args) {
  rmSync(RESULTS, { recursive: true, force: true });
  mkdirSync(RESULTS, { recursive: true });
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const { kinds, args: jestArgs } of planRuns(args)) {
    const report = join(RESULTS, kinds.join('-') + '.json');
    // --forceExit: a test that failed before it closed its connections must not keep the whole check from ending.
    const code = runJest([...jestArgs, '--forceExit', '--json', '--outputFile=' + report], { stdio: ['ignore', 'ignore', 'inherit'] });
    const result = readReport(report);
    total.passed += result.numPassedTests;
    total.skipped += result.numPendingTests + result.numTodoTests;
    const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
    // A run that ends badly without a failed test, such as a set-up that could not start its servers, is a failure too.
    total.failed += failed === 0 && code !== 0 ? 1 : failed;
  }
  return total;
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, numRuntimeErrorTestSuites: 0 };
  }
}

function finish({ passed, failed, skipped }) {
  if (passed + failed === 0) console.log('No test ran.');
  console.log(`${passed} passed, ${failed} failed` + (skipped > 0 ? `, ${skipped} skipped` : ''));
  process.exit(failed > 0 || passed === 0 ? 1 : 0);
}

const args = process.argv.slice(2);
ensureInstalled();
if (!(await step(BUILD))) finish({ passed: 0, failed: 1, skipped: 0 });
// Each check that fails counts as one failure, so that the last line never looks better than the exit code.
const checks = args.length > 0 ? [] : await Promise.all(CHECKS.map(step));
const tests = test(args);
finish({ ...tests, failed: tests.failed + checks.filter((passed) => !passed).length });
