/** ESLint and Prettier on many folders, by one process each. */
import { spawn } from 'node:child_process';
import { join, resolve, sep } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { ESLint } from 'eslint';

/** The programs of all projects take 3 GB. */
const HEAP = '--max-old-space-size=6144';

/** @returns what there is to say of each folder, in their order; empty where all is well */
export async function lint(root, folders) {
  const [rules, style] = await Promise.all([breaches(root, folders), untidy(root, folders)]);
  return folders.map((folder, i) => rules[i] + style[i]);
}

/**
 * Runs ESLint as a program, as Nx's rule on boundaries reads the graph of projects only once there.
 */
async function breaches(root, folders) {
  const { code, out, err } = await run(
    root,
    ['eslint', 'bin', 'eslint.js'],
    [...['--format', 'json'], ...folders],
  );
  let results;
  try {
    results = JSON.parse(out);
  } catch {
    return folders.map(() => `ESLint ended with ${code}:\n${out}${err}`);
  }
  const formatter = await new ESLint({ cwd: root }).loadFormatter('stylish');
  return Promise.all(
    folders.map(async (folder) => {
      const own = results.filter(
        ({ filePath, errorCount }) => errorCount > 0 && isIn(join(root, folder), filePath),
      );
      return own.length === 0 ? '' : await formatter.format(own);
    }),
  );
}

/** What Prettier would write differently, or cannot read. */
async function untidy(root, folders) {
  const { code, out, err } = await run(
    root,
    ['prettier', 'bin', 'prettier.cjs'],
    [...['--check', '--log-level=warn'], ...folders],
  );
  if (code === 0) return folders.map(() => '');
  // Nx asks for colours.
  const lines = stripVTControlCharacters(out + err)
    .split('\n')
    .filter(Boolean);
  const nameIn = (line) => /^\[(?:warn|error)\] (\S+?):?(?: |$)/.exec(line)?.[1];
  const said = folders.map((folder) =>
    lines
      .filter((line) => isIn(join(root, folder), resolve(root, nameIn(line) ?? '.')))
      .map((line) => line + '\n')
      .join(''),
  );
  // It failed, so somebody must say so.
  return said.some(Boolean) ? said : folders.map(() => lines.join('\n') + '\n');
}

const isIn = (folder, path) => path.startsWith(folder + sep);

function run(root, script, args) {
  const command = [HEAP, join(root, 'node_modules', ...script), ...args];
  const stdio = ['ignore', 'pipe', 'pipe'];
  const child = spawn(process.execPath, command, { cwd: root, stdio });
  const said = { out: '', err: '' };
  for (const [name, stream] of [
    ['out', child.stdout],
    ['err', child.stderr],
  ]) {
    stream.setEncoding('utf8');
    stream.on('data', (part) => (said[name] += part));
  }
  return new Promise((done) => child.on('close', (code) => done({ code, ...said })));
}
