import { globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import ts from 'typescript';
import type { Imports } from './circles.js';

const ROOT = new URL('../../', import.meta.url);
const CODE = '{apps,libs,tools,workbench,e2e,helm,ops,k8s}/**/*.{ts,js,mjs}';

/** The paths of this repository's modules. */
export const modulePaths = (): string[] =>
  globSync(CODE, { cwd: ROOT, exclude: ['**/node_modules', '**/dist'] }).sort();

/** What each module imports of the others, types included. */
export function importsOf(paths: readonly string[]): Imports {
  const known = new Set(paths);
  return new Map(
    paths.map((path) => {
      const text = readFileSync(new URL(path, ROOT), 'utf8');
      const { importedFiles } = ts.preProcessFile(text, true, true);
      const found = importedFiles.map(({ fileName }) =>
        candidates(path, fileName).find((candidate) => known.has(candidate)),
      );
      return [path, found.filter((imported) => imported !== undefined)];
    }),
  );
}

/** Where the module may be that `from` calls so. */
function candidates(from: string, name: string): string[] {
  if (name.startsWith('.')) {
    const path = posix.join(posix.dirname(from), name);
    return [path, path.replace(/\.js$/, '.ts')];
  }
  const [, library, folder = '/'] = /^@iot\/([\w-]+)(\/testing)?$/.exec(name) ?? [];
  if (library === undefined) return [];
  const index = posix.join('src', folder, 'index.ts');
  return [`libs/common/${library}/${index}`, `workbench/${library}/${index}`];
}
