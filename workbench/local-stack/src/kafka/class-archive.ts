import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBackends } from '../backends/cache.js';
import { withLock } from '../backends/lock.js';
import { kafkaProcess } from './start-kafka.js';

const WRITING_MAY_TAKE_MS = 120_000;

/**
 * Makes the archive that lets Kafka's JVM map its classes instead of loading thousands of them one
 * by one, which halves the time that later starts take. It runs a broker of its own for some
 * seconds; nothing to do when the archive is there. Ends early, without one, when `stop` is
 * aborted.
 */
export async function makeClassArchive(stop: AbortSignal): Promise<void> {
  const { classArchive } = await ensureBackends();
  if (existsSync(classArchive)) return;
  await withLock(classArchive + '.lock', async () => {
    if (!existsSync(classArchive) && !stop.aborted) await archiveClasses(classArchive, stop);
  });
}

async function archiveClasses(classArchive: string, stop: AbortSignal): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'iot-kafka-classes-'));
  const half = classArchive + '.half';
  const broker = await kafkaProcess({
    dataDir,
    jvmOptions: ['-XX:ArchiveClassesAtExit=' + half],
    stopGraceMs: WRITING_MAY_TAKE_MS,
  });
  let killed = false;
  broker.process.on('exit', ({ signal }) => (killed = signal === 'SIGKILL'));
  const kill = (): void => broker.signal('SIGKILL');
  stop.addEventListener('abort', kill);
  try {
    await broker.process.start();
    await broker.stop();
    // A JVM writes its archive last; one that was killed may have written half of it.
    if (!killed) renameSync(half, classArchive);
  } finally {
    stop.removeEventListener('abort', kill);
    rmSync(half, { force: true });
    rmSync(dataDir, { recursive: true, force: true });
  }
}
