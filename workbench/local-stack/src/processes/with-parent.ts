import { findOnPath } from '../backends/java.js';

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
