import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Platform } from '../platform.js';

export interface Ended {
  readonly code: number;
  readonly printed: string;
  readonly said: string;
}

const MAIN = fileURLToPath(new URL('../../tools/telemetryctl/dist/main.js', import.meta.url));

/** Runs the built command line with the environment of the services. */
export const telemetryctl = ({ env }: Pick<Platform, 'env'>, ...args: string[]): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(
      process.execPath,
      [MAIN, '--quiet', ...args],
      { env: { ...process.env, NODE_OPTIONS: '', ...env }, maxBuffer: 2 ** 24 },
      (error, printed, said) =>
        resolve({ code: error ? Number(error.code ?? 1) : 0, printed, said }),
    );
  });
