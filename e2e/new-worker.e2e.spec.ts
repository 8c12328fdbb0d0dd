import { execFile } from 'node:child_process';
import { cpSync, globSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { workspaceRoot } from '@iot/local-stack';
import { freshClone, type FreshClone } from './readme/fresh-clone.js';

const TIMEOUT_MS = 600_000;
let clone: FreshClone;

/** Runs a program of the repository in the copy. @throws with what it printed */
const run = (...words: string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    const [program, ...args] = words as [string, ...string[]];
    const PATH = `${join(clone.folder, 'node_modules/.bin')}:${clone.env['PATH']}`;
    const options = { cwd: clone.folder, env: { ...clone.env, PATH }, maxBuffer: 1 << 26 };
    execFile(program, args, options, (error, stdout, stderr) =>
      error
        ? reject(new Error(`${words.join(' ')}: ${error.message}\n${stdout}${stderr}`))
        : resolve(stdout + stderr),
    );
  });

beforeAll(async () => {
  clone = freshClone();
  await run('npm', 'ci');
  symlinkSync(join(workspaceRoot(), '.cache'), join(clone.folder, '.cache'));
  // What is built already need not be built again for this.
  for (const built of globSync('{apps,tools,workbench,libs/common}/*/dist', {
    cwd: workspaceRoot(),
  }))
    cpSync(join(workspaceRoot(), built), join(clone.folder, built), { recursive: true });
  await run('git', 'init', '-q');
  await run('npm', 'run', 'new-worker', '--', 'water-worker', '--no-install');
}, TIMEOUT_MS);
afterAll(() => rmSync(dirname(clone.folder), { recursive: true, force: true }));

describe('a new worker, as the command writes it', () => {
  it(
    'keeps the style, and its tests have types',
    async () => {
      await run('eslint', 'apps/water-worker', 'ops/grafana', 'libs/common/register');
      await run('prettier', '--check', 'apps/water-worker', 'ops', 'docs', 'helm', '*.yml');
      await run('tsc', '-p', 'apps/water-worker/tsconfig.spec.json');
    },
    TIMEOUT_MS,
  );

  it(
    'is known wherever a service must be',
    async () => {
      const files = ['water-worker', 'register.spec', 'variables.spec', 'chart-values.spec'];
      await run('node', 'workbench/jest.mjs', '--unit', ...files, 'observability.spec');
    },
    TIMEOUT_MS,
  );

  it(
    'starts, takes a record and commits it',
    async () => {
      await run('node', 'workbench/jest.mjs', '--integration', 'water-worker', '--forceExit');
    },
    TIMEOUT_MS,
  );
});
