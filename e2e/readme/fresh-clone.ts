import { workspaceRoot } from '@iot/local-stack';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

/**
 * The work tree as somebody else would get it: what git has or would add, and nothing that was
 * installed or built.
 */
export interface FreshClone {
  readonly folder: string;
  /** The environment of a user's shell there. */
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Makes a clone in a temporary folder. There, `npm ci` takes a copy of what is installed here, as a
 * download takes longer than all the rest (README_NPM_CI=real: it does not); every other npm
 * command is npm's own.
 */
export function freshClone(): FreshClone {
  const root = workspaceRoot();
  const folder = join(realpathSync(mkdtempSync(join(tmpdir(), 'iot-clone-'))), 'iot-telemetry');
  const files = execFileSync(
    'git',
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
    { cwd: root, encoding: 'utf8' },
  );
  for (const file of files.split('\0').filter(Boolean))
    if (existsSync(join(root, file)))
      cpSync(join(root, file), join(folder, file), { verbatimSymlinks: true });
  const path = (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((part) => !part.includes('node_modules'));
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|JEST_|NODE_|IOT_PARENT|TEST_)/.test(name),
  );
  const tools = join(dirname(folder), 'bin');
  mkdirSync(tools);
  if (process.env['README_NPM_CI'] !== 'real')
    writeFileSync(join(tools, 'npm'), npmThatCopies(root, path), { mode: 0o755 });
  return {
    folder,
    env: {
      ...Object.fromEntries(kept),
      PATH: [tools, ...path].join(delimiter),
      IOT_CACHE_DIR: process.env['IOT_CACHE_DIR'] ?? join(root, '.cache'),
    },
  };
}

function npmThatCopies(root: string, path: readonly string[]): string {
  const npm = path.map((part) => join(part, 'npm')).find((file) => existsSync(file));
  return `#!/bin/sh
[ "$1" = ci ] || exec '${npm}' "$@"
cd '${root}' && for modules in node_modules apps/*/node_modules libs/common/*/node_modules tools/*/node_modules workbench/*/node_modules; do
  [ -d "$modules" ] || continue
  mkdir -p "$OLDPWD/$modules" && { cp -al "$modules/." "$OLDPWD/$modules" 2>/dev/null || cp -a "$modules/." "$OLDPWD/$modules"; } || exit 1
done
rm -f "$OLDPWD/node_modules/.iot-lock-hash"
`;
}
