import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
const PAGES = globSync(['README.md', 'docs/*.md', 'docs/runbooks/*.md', 'helm/*/README.md'], {
  cwd: ROOT,
}).sort();

/** A command that a page shows. */
export interface Documented {
  readonly page: string;
  /** Words behind the program's name. */
  readonly words: readonly string[];
}

/** What begins a command in a block of code, a table or a sentence. */
const COMMAND =
  /(?:npm run (?:--silent )?ctl -- |docker compose run --rm telemetryctl |(?<=[`$\s])telemetryctl )([a-z-][^`\n|#&;]*)/g;

/** Every command of telemetryctl that the pages show, each once. For tests only. */
export function documentedCommands(): Documented[] {
  const found = PAGES.flatMap((page) =>
    readFileSync(ROOT + page, 'utf8')
      .split('\n')
      .flatMap((line) => commandsOf(line).map((words) => ({ page, words }))),
  );
  return [...new Map(found.map((it) => [`${it.page} ${it.words.join(' ')}`, it])).values()];
}

/** What of the pages fits a pattern, each once and with its page; lines that go on are one. */
export function documentedLines(
  pattern: RegExp,
): { readonly page: string; readonly text: string }[] {
  return PAGES.flatMap((page) =>
    readFileSync(ROOT + page, 'utf8')
      .replace(/\\\n\s*/g, '')
      .split('\n')
      .flatMap((line) => line.match(pattern) ?? [])
      .map((text) => ({ page, text: text.trim() })),
  );
}

/** A prompt's or fence's command is all of its line; in a sentence it ends with its code. */
function commandsOf(line: string): string[][] {
  const isCode = /^\s*(\$ |npm |docker )/.test(line);
  return [...line.matchAll(COMMAND)]
    .filter(({ index }) => isCode || insideCode(line, index))
    .map(([, text]) =>
      text!
        .replace(/\s{2,}.*$/, '')
        .trim()
        .split(/\s+/),
    )
    .filter((words) => words[0] !== '');
}

const insideCode = (line: string, at: number): boolean =>
  line.slice(0, at).split('`').length % 2 === 0;
