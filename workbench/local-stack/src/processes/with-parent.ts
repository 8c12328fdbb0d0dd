import { join } from 'node:path';
import { findOnPath } from '../backends/java.js';
import { packageRoot } from '../workspace.js';

export interface Program {
  readonly command: string;
  readonly args: string[];
}

/**
 * A program of others that ends when we do, also by SIGKILL: the kernel tells it, where util-linux
 * is there to ask for that. It is the same process, so signals and its id stay as they are.
 */
export function withParent({ command, args }: Program): Program {
  const setpriv = process.platform === 'linux' ? findOnPath('setpriv') : undefined;
  if (!setpriv) return { command, args };
  return { command: setpriv, args: ['--pdeathsig', 'TERM', command, ...args] };
}

/** Options for a Node program of ours: it ends when we do, as its standard input does then. */
export const watchingParent = (): string[] => [
  '--import',
  join(packageRoot(), 'bin', 'parent-watch.mjs'),
];
