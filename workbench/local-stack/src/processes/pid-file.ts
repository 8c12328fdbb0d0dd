import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isSameProcess, processId, processIdentity } from './identity.js';

const LEFTOVER_GRACE_MS = 10_000;
const POLL_MS = 50;

/** The data folder belongs to a stack that still runs. */
export class InUseError extends Error {
  constructor(file: string, ownerPid: number) {
    super(
      `${dirname(file)} is in use by process ${ownerPid}: stop that one first, or choose another data folder (--data).`,
    );
    this.name = 'InUseError';
  }
}

/**
 * Makes sure that nothing runs on the data folder of this pid file. A process that was left behind
 * by an owner who is gone is stopped (SIGTERM, then SIGKILL); one whose owner lives is an
 * InUseError.
 */
export async function clearLeftover(file: string): Promise<void> {
  const recorded = read(file);
  if (!recorded || !isSameProcess(recorded.child)) return;
  if (isSameProcess(recorded.owner)) throw new InUseError(file, processId(recorded.owner));
  const pid = processId(recorded.child);
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    signalIfThere(pid, signal);
    const deadline = Date.now() + LEFTOVER_GRACE_MS;
    while (Date.now() < deadline && isSameProcess(recorded.child)) await sleep(POLL_MS);
  }
}

/** Records a child process and us, its owner. */
export function writePidFile(file: string, pid: number): void {
  const child = processIdentity(pid);
  if (child === undefined) return; // Already gone: there is nothing to find later.
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify({ child, owner: processIdentity(process.pid) }) + '\n');
}

/** Forgets the recorded child. */
export function removePidFile(file: string): void {
  rmSync(file, { force: true });
}

function read(file: string): { child: string; owner: string } | undefined {
  try {
    const { child, owner } = JSON.parse(readFileSync(file, 'utf8')) as {
      child?: unknown;
      owner?: unknown;
    };
    return typeof child === 'string' && typeof owner === 'string' ? { child, owner } : undefined;
  } catch {
    return undefined; // No file, or half a file: nobody to find.
  }
}

function signalIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone meanwhile.
  }
}
