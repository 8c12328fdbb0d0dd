import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { workspaceRoot } from './workspace.js';

interface Result {
  readonly task: string;
  readonly result: { readonly success: boolean; readonly terminalOutput: string };
}

/** A workspace of its own: one project is as it should be, the other is wrong. */
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'iot-tasks-'));
  symlinkSync(join(workspaceRoot(), 'node_modules'), join(root, 'node_modules'));
  write('package.json', '{"type":"module"}\n');
  write('eslint.config.js', "export default [{ rules: { eqeqeq: 'error' } }];\n");
});
afterEach(() => rmSync(root, { recursive: true }));

function write(file: string, text: string): void {
  mkdirSync(join(root, file, '..'), { recursive: true });
  writeFileSync(join(root, file), text);
}

/** Runs a batch as Nx does. */
async function batch(options: Record<string, object>): Promise<Result[]> {
  const file = join(workspaceRoot(), 'workbench', 'tasks', 'check.mjs');
  const script = `
    import { together } from ${JSON.stringify(pathToFileURL(file).href)};
    const options = ${JSON.stringify(options)};
    const graph = { tasks: options };
    const results = [];
    for await (const one of together(graph, options, {}, { root: process.cwd() }))
      results.push(one);
    console.log(JSON.stringify(results));`;
  const args = ['--input-type=module', '-e', script];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    cwd: root,
    env: { ...process.env, NODE_OPTIONS: '', FORCE_COLOR: '1' },
  });
  return JSON.parse(stdout) as Result[];
}

const failed = (results: readonly Result[]): string[] =>
  results.filter(({ result }) => !result.success).map(({ task }) => task);
const said = (results: readonly Result[]): string =>
  results.map(({ result }) => result.terminalOutput).join('');

const LIGHT = { types: [], lib: ['es2024'], skipLibCheck: true };
const project = (folder: string, code: string, references: string[] = []): void => {
  const compilerOptions = { composite: true, outDir: 'dist', rootDir: '.', ...LIGHT };
  const paths = references.map((path) => ({ path: `../${path}` }));
  write(`${folder}/index.ts`, code);
  write(
    `${folder}/tsconfig.json`,
    JSON.stringify({ compilerOptions, files: ['index.ts'], references: paths }),
  );
};
const config = (folder: string): { config: string } => ({ config: `${folder}/tsconfig.json` });

describe('the compiler of many projects', () => {
  it('builds what is right, and names the project that is wrong', async () => {
    project('a', 'export const one = 1;\n');
    project('b', "export const two: number = 'two';\n", ['a']);
    write('c/index.js', 'export const one = 1;\n');
    const lint = { 'c:lint': { folder: 'c' } };
    const results = await batch({ 'b:build': config('b'), ...lint, 'a:build': config('a') });
    expect(failed(results)).toEqual(['b:build']);
    expect(said(results)).toMatch(/b\/index\.ts.*TS2322/s);
    expect(existsSync(join(root, 'a/dist/index.js'))).toBe(true);
  }, 60_000);

  it('leaves nothing behind where it looks at types alone, and looks each time', async () => {
    project('a', "export const two: number = 'two';\n");
    const compilerOptions = { noEmit: true, ...LIGHT };
    write('a/tsconfig.json', JSON.stringify({ compilerOptions, files: ['index.ts'] }));
    for (let time = 0; time < 2; time++)
      expect(said(await batch({ 'a:types': config('a') }))).toMatch(/a\/index\.ts.*TS2322/s);
    expect(existsSync(join(root, 'a/tsconfig.tsbuildinfo'))).toBe(false);
  }, 60_000);
});

describe('the linter of many projects', () => {
  const folders = Object.fromEntries(
    ['a', 'rule', 'style', 'language'].map((folder) => [`${folder}:lint`, { folder }]),
  );

  it('names the projects that break a rule, the style or the language, and no other', async () => {
    write('a/index.js', 'export const one = 1;\n');
    write('rule/index.js', 'export const same = (a, b) => a == b;\n');
    write('style/index.js', 'export const  one = 1\n');
    write('language/index.js', 'export const = 1;\n');
    const results = await batch(folders);
    expect(failed(results)).toEqual(['rule:lint', 'style:lint', 'language:lint']);
    expect(results.map(({ result }) => result.terminalOutput)).toEqual([
      '',
      expect.stringMatching(/rule\/index\.js[^]*eqeqeq/),
      expect.stringMatching(/style\/index\.js/),
      expect.stringMatching(/language\/index\.js[^]*Parsing error[^]*language\/index\.js/),
    ]);
  }, 60_000);

  it('fails with what ESLint says where it cannot begin', async () => {
    write('a/index.js', 'export const one = 1;\n');
    write('eslint.config.js', 'export default [{ rules: { none: 1, } }, { files: 7 }];\n');
    const results = await batch({ 'a:lint': { folder: 'a' } });
    expect(failed(results)).toEqual(['a:lint']);
    expect(said(results)).toMatch(/ESLint ended with 2/);
  }, 60_000);
});
