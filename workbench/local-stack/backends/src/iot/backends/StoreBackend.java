package iot.backends;

import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.backend.AbstractMongoBackend;
import de.bwaldvogel.mongo.bson.Document;
import org.h2.mvstore.MVStore;

/** All databases of one store. */
class StoreBackend extends AbstractMongoBackend {
  /** Documents in a batch where the client does not say. */
  static final int BATCH_SIZE = 5000;

  private final MVStore store;

  StoreBackend(MVStore store) {
    this.store = store;
    StoreDatabase.namesIn(store).forEach(this::resolveDatabase);
  }

  /** A store that lives and dies with its process. */
  static StoreBackend inMemory() {
    return new StoreBackend(new MVStore.Builder().open());
  }

  MVStore store() {
    return store;
  }

  @Override
  protected MongoDatabase openOrCreateDatabase(String name) {
    return new StoreDatabase(name, store, getCursorRegistry());
  }

  @Override
  protected Document handleGetMore(String database, String command, Document query) {
    query.putIfAbsent("batchSize", BATCH_SIZE);
    return super.handleGetMore(database, command, query);
  }

  @Override
  public void close() {
    super.close();
    store.close();
  }
}
