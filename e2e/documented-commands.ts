import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { workspaceRoot } from '@iot/local-stack';

const PAGES = ['docs/*.md', 'docs/runbooks/*.md', 'helm/*/README.md'];

/** A command that a page shows. */
export interface Documented {
  readonly page: string;
  readonly text: string;
}

/**
 * The commands of a program that the pages show, in blocks of code and in sentences, each once.
 * Lines that go on are one; pipes and comments behind a command are left out.
 */
export function documentedCommands(program: string): Documented[] {
  const root = workspaceRoot();
  const pattern = new RegExp(`(?:(?<=^\\s*(?:\\$ )?)|(?<=\`))${program} [^\`]+`, 'g');
  const found = globSync(PAGES, { cwd: root })
    .sort()
    .flatMap((page) =>
      readFileSync(join(root, page), 'utf8')
        .replace(/\\\n\s*/g, '')
        .split('\n')
        .flatMap((line) => line.match(pattern) ?? [])
        .map((text) => ({ page, text: text.replace(/\s+(#|\||&&|&$|> ).*$/, '').trim() })),
    );
  return [...new Map(found.map((it) => [it.text, it])).values()];
}
