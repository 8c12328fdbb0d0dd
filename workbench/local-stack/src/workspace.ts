import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the repository: the first one upwards from this file that has an nx.json. */
export function workspaceRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'nx.json'))) {
    const parent = dirname(folder);
    if (parent === folder)
      throw new Error(
        'No nx.json above ' +
          fileURLToPath(import.meta.url) +
          ': run this from a checkout of the repository.',
      );
    folder = parent;
  }
  return folder;
}

/** The folder of this package, where the Java sources and the plain-JavaScript entry points are. */
export function packageRoot(): string {
  return join(workspaceRoot(), 'workbench', 'local-stack');
}
