import { globSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { packageRoot, workspaceRoot } from './workspace.js';

// Plain JavaScript without declarations: it must run before anything is installed.
const load = (file: string): Promise<Record<string, (...args: unknown[]) => unknown>> =>
  import(pathToFileURL(file).href) as never;

describe('install.mjs', () => {
  const lock = {
    packages: {
      '': {},
      'libs/common': { version: '1' },
      'node_modules/a': { version: '1.0.0' },
      'node_modules/fsevents': { version: '2', optional: true },
    },
  };

  it('finds node_modules complete or not', async () => {
    const { matchesLock } = await load(join(packageRoot(), 'bin', 'install.mjs'));
    expect(matchesLock?.(lock, { packages: { 'node_modules/a': { version: '1.0.0' } } })).toBe(
      true,
    );
    expect(matchesLock?.(lock, { packages: { 'node_modules/a': { version: '1.0.1' } } })).toBe(
      false,
    );
    expect(matchesLock?.(lock, { packages: {} })).toBe(false);
    expect(matchesLock?.(lock, {})).toBe(false);
  });
});

describe('jest.mjs', () => {
  it('plans the end-to-end tests as a run of their own, apart from the others', async () => {
    const { planRuns } = await load(join(workspaceRoot(), 'workbench', 'jest.mjs'));
    expect(planRuns?.([])).toEqual([
      {
        kinds: ['unit', 'integration'],
        args: ['--selectProjects', 'unit', 'integration', '--passWithNoTests'],
      },
      {
        kinds: ['e2e'],
        args: [
          '--selectProjects',
          'e2e',
          '--passWithNoTests',
          '--runInBand',
          '--testTimeout=300000',
        ],
      },
    ]);
    expect(planRuns?.(['--k8s'])).toEqual([
      {
        kinds: ['k8s'],
        args: [
          '--selectProjects',
          'k8s',
          '--passWithNoTests',
          '--runInBand',
          '--testTimeout=300000',
        ],
      },
    ]);
    expect(planRuns?.(['--unit', 'apps/x', '-t', 'a name', '--verbose'])).toEqual([
      {
        kinds: ['unit'],
        args: [
          '--selectProjects',
          'unit',
          '--passWithNoTests',
          '--testPathPatterns=apps/x',
          '--testNamePattern=a name',
          '--verbose',
        ],
      },
    ]);
    const report = join(workspaceRoot(), 'test-results/x.unit.json');
    expect(planRuns?.(['--unit', '--report=test-results/x.unit.json'])).toEqual([
      {
        kinds: ['unit'],
        args: [
          '--selectProjects',
          'unit',
          '--passWithNoTests',
          '--json',
          `--outputFile=${report}`,
          '--forceExit',
        ],
      },
    ]);
  });
});

it('gives each end-to-end file a report that counts for its project', async () => {
  const { reportOf } = await load(join(workspaceRoot(), 'workbench', 'jest.mjs'));
  expect(reportOf?.('x/e2e.e2e.json', 'e2e/start-order.e2e.spec.ts')).toBe(
    'x/e2e.e2e.start-order.json',
  );
});

it('begins with the end-to-end files that take long, each of which is there', async () => {
  const { longestFirst, LONG } = await load(join(workspaceRoot(), 'workbench', 'jest.mjs'));
  const long = LONG as unknown as string[];
  const files = globSync('e2e/*.e2e.spec.ts', { cwd: workspaceRoot() });
  const begun = longestFirst!(files) as string[];
  expect(begun.slice(0, long.length)).toEqual(long.map((name) => `e2e/${name}.e2e.spec.ts`));
  expect(begun.toSorted()).toEqual(files.toSorted());
});

describe('the sum of the reports', () => {
  const test = (fullName: string, status = 'passed', invocations = 1) => ({
    fullName,
    status,
    invocations,
  });
  const report = (file: string, tests: object[], failed = 0, brokenFiles = 0) => ({
    numPassedTests: tests.length - failed,
    numFailedTests: failed,
    numRuntimeErrorTestSuites: brokenFiles,
    numPendingTests: 0,
    numTodoTests: 0,
    testResults: [{ name: join('/anywhere', file), assertionResults: tests }],
  });
  const A = {
    task: 'a:test',
    report: report('apps/a/a.spec.ts', [test('adds'), test('waits', 'passed', 2)]),
  };
  const EXPECTED = [{ file: 'apps/a/a.spec.ts', kind: 'unit' }];
  const sum = async (reports: object[], failedTasks: string[], expected = EXPECTED) => {
    const { sumUp } = await load(join(workspaceRoot(), 'workbench', 'test-reports.mjs'));
    return sumUp!(reports, { failedTasks, expected }) as {
      failed: number;
      passed: number;
      lines: string[];
    };
  };

  it('has every test, and names those that needed a second try', async () => {
    expect(await sum([A], [])).toEqual({
      passed: 2,
      failed: 0,
      lines: ['Passed at the second try: a:test › waits', '2 passed, 0 failed'],
    });
  });

  it('counts a failed test once, and not its task again', async () => {
    const failing = {
      task: 'a:test',
      report: report('apps/a/a.spec.ts', [test('adds', 'failed')], 1),
    };
    expect((await sum([failing], ['a:test'])).lines).toEqual([
      'Failed: a:test',
      '0 passed, 1 failed',
    ]);
  });

  it('counts a task that failed for another reason, and a test file that does not run', async () => {
    expect((await sum([A], ['a:lint'])).failed).toBe(1);
    expect((await sum([A], ['a:test'])).failed).toBe(1);
    const broken = { task: 'a:test', report: report('apps/a/a.spec.ts', [], 0, 1) };
    expect((await sum([broken], ['a:test'])).failed).toBe(1);
  });

  it('counts a test file that no target has run', async () => {
    const elsewhere = { file: 'new/folder/a.spec.ts', kind: 'unit' };
    const { failed, lines } = await sum([A], [], [...EXPECTED, elsewhere]);
    expect(failed).toBe(1);
    expect(lines).toContain('Was not run: new/folder/a.spec.ts');
  });

  it('is no success when nothing ran', async () => {
    expect((await sum([], [], [])).lines).toEqual(['No test ran.', '0 passed, 0 failed']);
  });
});
