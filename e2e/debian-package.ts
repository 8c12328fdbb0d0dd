import { execFileSync, spawnSync } from 'node:child_process';

/** Installs a package where that may be done: as root, on a Debian. @returns whether it did */
export function installPackage(name: string): boolean {
  if (process.getuid?.() !== 0 || spawnSync('which', ['apt-get']).status !== 0) return false;
  try {
    const options = { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
    execFileSync('apt-get', ['update', '-qq'], options as never);
    execFileSync('apt-get', ['install', '-y', '-qq', name], options as never);
    return true;
  } catch {
    return false;
  }
}
