package iot.backends;

import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.h2.mvstore.MVStore;

/**
 * The file-backed store: a write is in the file before it is answered, so killing this process at
 * any moment loses nothing that was acknowledged. (The file is written, not synced: a power cut is
 * out of scope for a development server.)
 */
final class DurableBackend extends StoreBackend {
  private static final Set<String> WRITES =
      Set.of("insert", "update", "delete", "findAndModify", "findandmodify", "create", "createIndexes", "drop", "dropDatabase", "dropIndexes", "renameCollection");
  private static final int CACHE_MB = 256;
  private static final int COMPACT_EVERY_MS = 3_000;
  private static final int COMPACT_BELOW_PERCENT = 60;
  private static final int COMPACT_AT_ONCE_BYTES = 8 << 20;

  /**
   * Commands share it while they change maps; a commit takes it alone, so that the file never holds
   * half a command (an index entry without its document).
   */
  private final ReadWriteLock changing = new ReentrantReadWriteLock(true);

  /** Commits so far; written under the lock taken alone. */
  private volatile long commits;

  DurableBackend(String file) {
    super(open(file));
    Thread compactor = new Thread(this::compactNowAndThen, "compactor");
    compactor.setDaemon(true);
    compactor.start();
  }

  private static MVStore open(String file) {
    // No commits on the store's own account, neither now and then nor when much is unsaved: they
    // would not wait for a command to be whole.
    MVStore store = new MVStore.Builder().fileName(file).autoCommitDisabled().autoCommitBufferSize(0).cacheSize(CACHE_MB).open();
    store.setRetentionTime((int) TimeUnit.SECONDS.toMillis(5));
    return store;
  }

  @Override
  public Document handleMessage(MongoMessage message) {
    if (!isWrite(message.getDocument())) return super.handleMessage(message);
    long commitsBefore = 0;
    changing.readLock().lock();
    try {
      return super.handleMessage(message);
    } finally {
      commitsBefore = commits;
      changing.readLock().unlock();
      commitWholeCommands(commitsBefore);
    }
  }

  private static boolean isWrite(Document command) {
    String name = command.keySet().iterator().next();
    return WRITES.contains(name) || (name.equals("aggregate") && writes(command.get("pipeline")));
  }

  private static boolean writes(Object pipeline) {
    return pipeline instanceof List<?> stages && stages.stream().anyMatch(stage -> stage instanceof Document one && (one.containsKey("$out") || one.containsKey("$merge")));
  }

  /**
   * One commit is enough for all connections whose commands were whole before it: who comes later
   * finds it done.
   */
  private void commitWholeCommands(long commitsBefore) {
    if (commits != commitsBefore) return;
    changing.writeLock().lock();
    try {
      if (commits != commitsBefore) return;
      if (store().hasUnsavedChanges()) store().commit();
      commits++;
    } finally {
      changing.writeLock().unlock();
    }
  }

  /** Many small commits leave the file full of pages nobody needs; this gives their room back. */
  private void compactNowAndThen() {
    try {
      while (true) {
        Thread.sleep(COMPACT_EVERY_MS);
        changing.writeLock().lock();
        try {
          if (store().isClosed()) return;
          store().compact(COMPACT_BELOW_PERCENT, COMPACT_AT_ONCE_BYTES);
        } finally {
          changing.writeLock().unlock();
        }
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }
}
