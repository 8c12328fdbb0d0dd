import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * Names a running process for good: its id and the time it was started, because the system gives
 * the id of a dead process to a new one. Undefined when no such process runs.
 */
export function processIdentity(pid: number): string | undefined {
  const started = startedAt(pid);
  return started === undefined ? undefined : `${pid} ${started}`;
}

/** Whether the process that was given this identity still runs. */
export function isSameProcess(identity: string): boolean {
  const pid = processId(identity);
  return Number.isInteger(pid) && pid > 0 && processIdentity(pid) === identity;
}

/** The process id in an identity. */
export function processId(identity: string): number {
  return Number(identity.split(' ', 1)[0]);
}

function startedAt(pid: number): string | undefined {
  if (process.platform === 'linux') {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // The name (field 2) is in parentheses and may hold anything; after it come the state (3)
      // and, as field 22, the start time.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return fields[0] === 'Z' ? undefined : fields[19];
    } catch {
      return undefined;
    }
  }
  try {
    const started = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
    return started === '' ? undefined : started;
  } catch {
    return undefined;
  }
}
