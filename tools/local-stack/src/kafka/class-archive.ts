import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Backends } from '../backends/cache.js';
import { withLock } from '../backends/lock.js';
import { freePort } from '../ports.js';
import { ManagedProcess } from '../processes/managed-process.js';
import { CLUSTER_ID, writeBrokerFiles } from './broker-files.js';
import { answersForGroups } from './coordinator-probe.js';

const run = promisify(execFile);

/**
 * The options that let Kafka's JVM map its classes from an archive instead of loading thousands of them one by one, which halves the time to start. The archive is made once
 * for each set of fetched jars, by running a broker for a moment; when that fails there is none, and Kafka starts more slowly.
 */
export async function classArchiveOptions(backends: Backends, java: string): Promise<string[]> {
  const archive = join(backends.folder, 'kafka.jsa');
  if (!existsSync(archive)) {
    await withLock(archive + '.lock', async () => {
      if (!existsSync(archive)) await makeArchive(backends, java, archive).catch(() => undefined);
    });
  }
  // A JVM that is another one than made the archive goes on without it, and without a word.
  return existsSync(archive) ? ['-XX:SharedArchiveFile=' + archive, '-Xlog:cds=off', '-Xlog:cds+dynamic=off'] : [];
}

/** The class path holds the fetched jars alone, so that the archive stays valid when our own classes change: a JVM accepts one whose class path its own begins with. */
async function makeArchive(backends: Backends, java: string, archive: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'iot-kafka-classes-'));
  const half = archive + '.half';
  try {
    const port = await freePort();
    const { jvmOptions, propertiesFile } = writeBrokerFiles(folder, { port, controllerPort: await freePort() });
    const options = [...jvmOptions, '-cp', backends.fetchedClassPath];
    await run(java, [...options, 'kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '-c', propertiesFile]);
    const broker = new ManagedProcess({
      name: 'kafka',
      command: java,
      args: ['-XX:ArchiveClassesAtExit=' + half, ...options, 'kafka.Kafka', propertiesFile],
      isReady: () => answersForGroups(port),
      stopGraceMs: 60_000,
    });
    await broker.start();
    await broker.stop();
    renameSync(half, archive);
  } finally {
    rmSync(half, { force: true });
    rmSync(folder, { recursive: true, force: true });
  }
}
