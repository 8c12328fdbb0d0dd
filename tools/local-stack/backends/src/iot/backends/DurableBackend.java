package iot.backends;

import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.backend.CursorRegistry;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.backend.h2.H2Database;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.h2.mvstore.MVStore;

/**
 * The file-backed store, with one promise more: a write is in the file before it is answered, so killing this process at any moment loses nothing that was acknowledged.
 * (The file is written, not synced: a power cut is out of scope for a development server.)
 */
final class DurableBackend extends H2Backend {
  private static final Set<String> WRITES =
      Set.of("insert", "update", "delete", "findAndModify", "findandmodify", "create", "createIndexes", "drop", "dropDatabase", "dropIndexes", "renameCollection", "aggregate");
  private static final int CACHE_MB = 256;
  private static final int COMPACT_EVERY_MS = 10_000;
  private static final int COMPACT_BELOW_PERCENT = 60;
  private static final int COMPACT_AT_ONCE_BYTES = 8 << 20;

  /** Commands share it while they change maps; a commit takes it alone, so that the file never holds half a command (an index entry without its document). */
  private final ReadWriteLock changing = new ReentrantReadWriteLock(true);

  DurableBackend(String file) {
    super(open(file));
    Thread compactor = new Thread(this::compactNowAndThen, "compactor");
    compactor.setDaemon(true);
    compactor.start();
  }

  private static MVStore open(String file) {
    // No commits in the background: they would not wait for a command to be whole.
    MVStore store = new MVStore.Builder().fileName(file).autoCommitDisabled().cacheSize(CACHE_MB).open();
    store.setRetentionTime((int) TimeUnit.SECONDS.toMillis(5));
    return store;
  }

  @Override
  protected MongoDatabase openOrCreateDatabase(String name) {
    return new Database(name, getMvStore(), getCursorRegistry());
  }

  @Override
  public Document handleMessage(MongoMessage message) {
    if (!WRITES.contains(message.getDocument().keySet().iterator().next())) return super.handleMessage(message);
    changing.readLock().lock();
    try {
      return super.handleMessage(message);
    } finally {
      changing.readLock().unlock();
      commitWholeCommands();
    }
  }

  /** Also commits what other connections finished meanwhile, and then their own call finds nothing left to do. */
  private void commitWholeCommands() {
    changing.writeLock().lock();
    try {
      if (getMvStore().hasUnsavedChanges()) getMvStore().commit();
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
          if (getMvStore().isClosed()) return;
          getMvStore().compact(COMPACT_BELOW_PERCENT, COMPACT_AT_ONCE_BYTES);
        } finally {
          changing.writeLock().unlock();
        }
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private static final class Database extends H2Database {
    Database(String name, MVStore store, CursorRegistry cursors) {
      super(name, store, cursors);
    }

    @Override
    protected Index<Object> openOrCreateUniqueIndex(String collection, String index, List<IndexKey> keys, boolean sparse) {
      return new PartialQueryIndex<>(super.openOrCreateUniqueIndex(collection, index, keys, sparse), sparse);
    }
  }
}
