import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';

/** How a child is started, and what the system takes from it beyond Node's permission model. */
export interface Isolation {
  /** The command and its arguments before those of Node. */
  readonly before: readonly string[];
  /** Whether the child has a network of its own, with nothing in it. */
  readonly withoutNetwork: boolean;
}

/**
 * Node's permission model keeps files, processes and threads from the child, and not the network.
 * The engine has no call for either. Where Linux lets a process without rights make a network
 * namespace, the child gets an empty one; and it dies with its parent, whatever it is doing.
 */
export function isolation(): Isolation {
  const setpriv = program('setpriv', ['--pdeathsig', 'KILL', '--no-new-privs']);
  const unshare = program('unshare', ['--user', '--map-current-user', '--net']);
  return { before: [...unshare, ...setpriv], withoutNetwork: unshare.length > 0 };
}

/** The program with its arguments, if it is there and may do that. */
function program(name: string, args: readonly string[]): string[] {
  if (process.platform !== 'linux') return [];
  for (const folder of ['/usr/bin', '/bin']) {
    const path = `${folder}/${name}`;
    try {
      accessSync(path, constants.X_OK);
    } catch {
      continue;
    }
    const { status } = spawnSync(path, [...args, '/bin/true'], { env: {}, stdio: 'ignore' });
    if (status === 0) return [path, ...args];
  }
  return [];
}
