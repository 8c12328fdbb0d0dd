import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { packageRoot, workspaceRoot } from './workspace.js';

// Plain JavaScript without declarations: it must run before anything is installed.
const load = (file: string): Promise<Record<string, (...args: unknown[]) => unknown>> => import(pathToFileURL(file).href) as never;

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
    expect(matchesLock?.(lock, { packages: { 'node_modules/a': { version: '1.0.0' } } })).toBe(true);
    expect(matchesLock?.(lock, { packages: { 'node_modules/a': { version: '1.0.1' } } })).toBe(false);
    expect(matchesLock?.(lock, { packages: {} })).toBe(false);
    expect(matchesLock?.(lock, {})).toBe(false);
  });
});

describe('jest.mjs', () => {
  it('plans the end-to-end tests as a run of their own, one at a time', async () => {
    const { planRuns } = await load(join(workspaceRoot(), 'tools', 'jest.mjs'));
    expect(planRuns?.([])).toEqual([
      { kinds: ['unit', 'integration'], args: ['--selectProjects', 'unit', 'integration', '--passWithNoTests'] },
      { kinds: ['e2e'], args: ['--selectProjects', 'e2e', '--passWithNoTests', '--runInBand', '--testTimeout=300000'] },
    ]);
    expect(planRuns?.(['--k8s'])).toEqual([
      { kinds: ['k8s'], args: ['--selectProjects', 'k8s', '--passWithNoTests', '--runInBand', '--testTimeout=300000'] },
    ]);
    expect(planRuns?.(['--unit', 'apps/x', '-t', 'a name', '--verbose'])).toEqual([
      {
        kinds: ['unit'],
        args: ['--selectProjects', 'unit', '--passWithNoTests', '--testPathPatterns=apps/x', '--testNamePattern=a name', '--verbose'],
      },
    ]);
  });
});
