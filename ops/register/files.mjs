/* What the writers of generated files share. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const root = new URL('../../', import.meta.url);

/** Puts `text` in the place of what `pattern` finds. @throws when it finds nothing */
export const put = (pattern, text) => (file) => {
  if (file.search(pattern) < 0) throw new Error(`nothing there matches ${pattern}`);
  return file.replace(pattern, () => text);
};

export const inTurn =
  (...steps) =>
  (file) =>
    steps.reduce((text, step) => step(text), file);

/**
 * The files that are not what they should be: what is there, and what should be.
 *
 * @param lists by path, how a file follows from what it was
 */
export const outdatedOf = (lists) =>
  Object.entries(lists).flatMap(([path, write]) => {
    const file = new URL(path, root);
    const is = existsSync(file) ? readFileSync(file, 'utf8') : '';
    const should = write(is);
    return is === should ? [] : [{ path, is, should }];
  });

/** Writes them, and says which. */
export function write(outdated) {
  for (const { path, should } of outdated) {
    writeFileSync(new URL(path, root), should);
    console.log(`written: ${path}`);
  }
}
