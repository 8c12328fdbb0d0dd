import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { ROOT } from './observability/rules.js';

const LONGEST_FILE = 300;
const LONGEST_LINE = 100;
const MOST_LONG_LINES = 0.01;
/** The first comment of a longer file says why, in a sentence that begins so. */
const REASON = /^\/\*\*?[^]*?\bLong (because|as)\b[^]*?\*\//;

const filesOf = (...patterns: string[]): { path: string; text: string }[] =>
  execFileSync(
    'git',
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard', ...patterns],
    {
      cwd: ROOT,
      encoding: 'utf8',
    },
  )
    .split('\0')
    .filter((path) => path !== '' && existsSync(`${ROOT}${path}`))
    .map((path) => ({ path, text: readFileSync(`${ROOT}${path}`, 'utf8') }));

const linesOf = (text: string): string[] => text.trimEnd().split('\n');
const code = filesOf('*.ts', '*.js', '*.mjs');

describe('the reach of a file', () => {
  it('is 300 lines, or its first comment says why it is longer', () => {
    const tooLong = code
      .filter(({ path }) => path.endsWith('.ts') && !path.endsWith('.spec.ts'))
      .filter(({ text }) => linesOf(text).length > LONGEST_FILE && !REASON.test(text))
      .map(({ path, text }) => `${path}: ${linesOf(text).length} lines`);
    expect(tooLong).toEqual([]);
  });

  it('is 70 lines in the middle of the files that are no tests', () => {
    const lengths = code
      .filter(({ path }) => path.endsWith('.ts') && !path.endsWith('.spec.ts'))
      .map(({ text }) => linesOf(text).length)
      .sort((a, b) => a - b);
    expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThanOrEqual(70);
  });
});

describe('the reach of a line', () => {
  it('is 100 characters, but for one line in a hundred', () => {
    const lines = code.flatMap(({ text }) => linesOf(text));
    const long = lines.filter((line) => [...line].length > LONGEST_LINE);
    expect(long.length / lines.length).toBeLessThanOrEqual(MOST_LONG_LINES);
  });

  it('is 100 characters in prose, tables and code apart', () => {
    const long = filesOf('*.md').flatMap(({ path, text }) => {
      let fenced = false;
      return linesOf(text).flatMap((line, i) => {
        if (line.trimStart().startsWith('```')) fenced = !fenced;
        const prose = !fenced && !line.startsWith('|') && !line.startsWith('<!--');
        // A command and the address of a link cannot be broken.
        const text = line.replace(/`[^`]+`|\([^)\s]+\)/g, '');
        return prose && [...text].length > LONGEST_LINE ? [`${path}:${i + 1}`] : [];
      });
    });
    expect(long).toEqual([]);
  });
});
