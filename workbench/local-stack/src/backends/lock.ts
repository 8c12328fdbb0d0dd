import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isSameProcess, processIdentity } from '../processes/identity.js';

const POLL_MS = 200;
const OWNER_WRITTEN_WITHIN_MS = 5_000;

/**
 * Runs `work` while no other process on this machine holds the lock folder; a lock whose owner is
 * gone is taken over. Waits for as long as a living owner works.
 */
export async function withLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  while (!tryLock(folder)) {
    if (isAbandoned(folder)) rmSync(folder, { recursive: true, force: true });
    else await sleep(POLL_MS);
  }
  try {
    return await work();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function tryLock(folder: string): boolean {
  try {
    mkdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  writeFileSync(join(folder, 'owner'), processIdentity(process.pid) ?? '');
  return true;
}

function isAbandoned(folder: string): boolean {
  try {
    return !isSameProcess(readFileSync(join(folder, 'owner'), 'utf8'));
  } catch {
    // No owner written: its maker is just about to write it, or died between the two steps.
    try {
      return Date.now() - statSync(folder).mtimeMs > OWNER_WRITTEN_WITHIN_MS;
    } catch {
      return false;
    }
  }
}
