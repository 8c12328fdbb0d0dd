import { spawnSync } from 'node:child_process';
import { installPackage } from '../debian-package.js';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const WANTED =
  'The tests of the page need Chromium: install the package chromium (apt-get install chromium), or name one by CHROMIUM.';

/**
 * The browser of the system, installed by its package manager where that may be done.
 * @returns undefined where there is none, and these tests are to be left out
 * @throws in CI, where they are not
 */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const found = env['CHROMIUM'] || onPath() || (installPackage('chromium') ? onPath() : undefined);
  if (found) return found;
  if (env['CI']) throw new Error(WANTED);
  console.warn(`${WANTED} They are left out.`);
  return undefined;
}

function onPath(): string | undefined {
  for (const name of NAMES) {
    const { status, stdout } = spawnSync('which', [name], { encoding: 'utf8' });
    if (status === 0) return stdout.trim();
  }
  return undefined;
}
