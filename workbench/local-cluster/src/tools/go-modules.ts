import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findOnPath } from '@iot/local-stack';
import { moduleFolder, moduleVersion } from './catalogue.js';

const run = promisify(execFile);

/**
 * The folder of a Go module's source, downloaded when it is not there yet, in the version that
 * modules/`folder`/go.mod names and with the checksum that go.sum has. The modules that it needs
 * itself are left out.
 * @throws Error when Go is missing, or with Go's own words
 */
export async function goModule(
  folder: string,
  module: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const go = findOnPath('go', env);
  if (go === undefined) throw new Error('Go was not found: install Go 1.24 or newer.');
  const cwd = moduleFolder({ module: folder });
  const version = moduleVersion(await readFile(join(cwd, 'go.mod'), 'utf8'), module);
  const { stdout } = await run(go, ['mod', 'download', '-json', `${module}@${version}`], {
    cwd,
    env: { ...env, GOWORK: 'off' },
  }).catch((error: Error & { stdout?: string }) => {
    throw new Error(`${module} could not be downloaded: ${error.stdout || error.message}`, {
      cause: error,
    });
  });
  const { Dir, Sum } = JSON.parse(stdout) as { Dir: string; Sum: string };
  const sums = await readFile(join(cwd, 'go.sum'), 'utf8');
  if (!sums.includes(`${module} ${version} ${Sum}\n`))
    throw new Error(`${module} ${version} is not what ${join(cwd, 'go.sum')} says`);
  return Dir;
}
