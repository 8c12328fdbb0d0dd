import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Backends } from '../backends/cache.js';
import { withLock } from '../backends/lock.js';

/**
 * The options that let Kafka's JVM map its classes from an archive instead of loading 6,000 of them one by one, which halves the time to start. The archive is made once for
 * each set of jars by `train`, which must run a broker with the options it is given and stop it cleanly; when that fails there is none and Kafka starts more slowly.
 */
export async function classArchiveOptions(
  backends: Backends,
  train: (jvmOptions: string[], dataDir: string) => Promise<void>,
): Promise<string[]> {
  const archive = join(backends.folder, 'kafka.jsa');
  if (!existsSync(archive)) {
    await withLock(archive + '.lock', async () => {
      if (existsSync(archive)) return;
      const dataDir = mkdtempSync(join(tmpdir(), 'iot-kafka-classes-'));
      const half = archive + '.half';
      try {
        await train(['-XX:ArchiveClassesAtExit=' + half], dataDir);
        renameSync(half, archive);
      } catch {
        // An archive only saves time.
      } finally {
        rmSync(half, { force: true });
        rmSync(dataDir, { recursive: true, force: true });
      }
    });
  }
  // A JVM that finds the archive made by another Java, or none, goes on without it.
  return existsSync(archive) ? ['-XX:SharedArchiveFile=' + archive, '-Xlog:cds=off', '-Xlog:cds+dynamic=off'] : [];
}
