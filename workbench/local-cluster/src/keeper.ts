import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isSameProcess, processId, processIdentity } from '@iot/local-stack';
import { type Cluster, startCluster } from './cluster/cluster.js';

const POLL_MS = 100;
const START_TIMEOUT_MS = 300_000;
const STOP_TIMEOUT_MS = 60_000;

/** A cluster that goes on in the background, kept by a process of its own. */
export interface KeptCluster {
  readonly kubeconfig: string;
  readonly bin: string;
  /** Identity of the process that keeps it. */
  readonly keeper: string;
}

/** The cluster that is kept in this folder, or undefined. */
export function keptCluster(folder: string): KeptCluster | undefined {
  if (!existsSync(readyFile(folder))) return undefined;
  const kept = JSON.parse(readFileSync(readyFile(folder), 'utf8')) as KeptCluster;
  return isSameProcess(kept.keeper) ? kept : undefined;
}

/** Keeps a cluster in this folder until `stop` is aborted. */
export async function keep(folder: string, stop: AbortSignal): Promise<void> {
  const cluster: Cluster = await startCluster({ folder, onBuild: (line) => console.log(line) });
  const kept: KeptCluster = {
    kubeconfig: cluster.kubeconfig,
    bin: cluster.bin,
    keeper: processIdentity(process.pid) ?? '',
  };
  writeFileSync(readyFile(folder) + '.new', JSON.stringify(kept));
  renameSync(readyFile(folder) + '.new', readyFile(folder));
  if (!stop.aborted)
    await new Promise((resolve) => stop.addEventListener('abort', resolve, { once: true }));
  rmSync(readyFile(folder));
  await cluster.stop();
}

/**
 * Starts a process (`command` of Node, which has to call keep()) that outlives this one; resolves
 * once its cluster is ready. @throws with its last lines when it does not get there
 */
export async function startKeeper(
  folder: string,
  command: readonly string[],
): Promise<KeptCluster> {
  mkdirSync(folder, { recursive: true });
  rmSync(readyFile(folder), { force: true });
  const logFile = join(folder, 'keeper.log');
  const log = openSync(logFile, 'w');
  const child = spawn(process.execPath, command, { detached: true, stdio: ['ignore', log, log] });
  let ended = false;
  child.once('exit', () => (ended = true));
  child.unref();
  for (
    const deadline = Date.now() + START_TIMEOUT_MS;
    Date.now() < deadline && !ended;
    await sleep(POLL_MS)
  ) {
    const kept = keptCluster(folder);
    if (kept) return kept;
  }
  child.kill('SIGTERM');
  throw new Error(
    'The cluster did not start:\n' +
      readFileSync(logFile, 'utf8').split('\n').slice(-20).join('\n'),
  );
}

/**
 * Ends the cluster that is kept in this folder and deletes the folder; false when there was none.
 */
export async function stopKeeper(folder: string): Promise<boolean> {
  const kept = keptCluster(folder);
  if (!kept) return false;
  process.kill(processId(kept.keeper), 'SIGTERM');
  for (
    const deadline = Date.now() + STOP_TIMEOUT_MS;
    isSameProcess(kept.keeper);
    await sleep(POLL_MS)
  )
    if (Date.now() > deadline)
      throw new Error(
        `Process ${processId(kept.keeper)}, which keeps the cluster, has not ended; see ${folder}/keeper.log.`,
      );
  rmSync(folder, { recursive: true, force: true });
  return true;
}

function readyFile(folder: string): string {
  return join(folder, 'ready.json');
}
