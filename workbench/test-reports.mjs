// What Jest's JSON reports of all projects say together.
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const KIND_OF_SUFFIX = { int: 'integration', e2e: 'e2e', k8s: 'k8s' };

/** Every test file of the repository with its kind. */
export function specFiles(root) {
  const exclude = (path) =>
    ['node_modules', 'dist', '.git', '.nx', '.cache'].includes(basename(path));
  return globSync('**/*.spec.ts', { cwd: root, exclude }).map((path) => {
    const file = path.replaceAll('\\', '/');
    const [, suffix] = /\.(int|e2e|k8s)\.spec\.ts$/.exec(file) ?? [];
    return { file, kind: KIND_OF_SUFFIX[suffix] ?? 'unit' };
  });
}

/** The reports in a folder, each as { task, report }. */
export function readReports(folder) {
  return readdirOr(folder).map((file) => {
    const [project, kind] = file.split('.');
    const task = `${project}:${kind === 'unit' ? 'test' : kind}`;
    return { task, report: JSON.parse(readFileSync(join(folder, file), 'utf8')) };
  });
}

function readdirOr(folder) {
  try {
    return readdirSync(folder).filter((file) => file.endsWith('.json'));
  } catch {
    return [];
  }
}

/**
 * Adds up. A failure is a test that failed, a test file that could not be run or that no target has
 * run, and a task that failed without such a reason: the sum never looks better than the run.
 * @param reports of readReports
 * @param failedTasks names of tasks, `project:target`
 * @param expected the test files that should have been run, of specFiles
 * @returns { passed, failed, lines } with the lines to end with
 */
export function sumUp(reports, { failedTasks, expected }) {
  const total = (of) => reports.reduce((sum, { report }) => sum + of(report), 0);
  const failuresIn = (report) => report.numFailedTests + report.numRuntimeErrorTestSuites;
  const failedTests = total(failuresIn);
  const ran = reports.flatMap(({ report }) =>
    report.testResults.map(({ name }) => '/' + name.replaceAll('\\', '/')),
  );
  const missing = expected.filter(({ file }) => !ran.some((name) => name.endsWith('/' + file)));
  const explained = new Set(
    reports.filter(({ report }) => failuresIn(report) > 0).map(({ task }) => task),
  );
  const unexplained = failedTasks.filter((task) => !explained.has(task));

  const passed = total((report) => report.numPassedTests);
  const skipped = total((report) => report.numPendingTests + report.numTodoTests);
  const failed = failedTests + missing.length + unexplained.length;
  const lines = [
    ...secondTries(reports).map((name) => `Passed at the second try: ${name}`),
    ...missing.map(({ file }) => `Was not run: ${file}`),
    ...failedTasks.map((task) => `Failed: ${task}`),
    ...(passed + failed === 0 ? ['No test ran.'] : []),
    `${passed} passed, ${failed} failed` + (skipped > 0 ? `, ${skipped} skipped` : ''),
  ];
  return { passed, failed, lines };
}

/**
 * Tests that failed first and passed then: worth a look, as a fault that shows itself now and then
 * hides there.
 */
function secondTries(reports) {
  return reports.flatMap(({ task, report }) =>
    report.testResults.flatMap(({ assertionResults }) =>
      assertionResults
        .filter(({ invocations, status }) => invocations > 1 && status === 'passed')
        .map(({ fullName }) => `${task} › ${fullName}`),
    ),
  );
}
