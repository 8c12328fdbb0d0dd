package iot.backends;

import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.backend.AbstractSynchronizedMongoDatabase;
import de.bwaldvogel.mongo.backend.CollectionOptions;
import de.bwaldvogel.mongo.backend.CursorRegistry;
import de.bwaldvogel.mongo.backend.DatabaseResolver;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.Utils;
import de.bwaldvogel.mongo.backend.aggregation.Aggregation;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.oplog.Oplog;
import io.netty.channel.Channel;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.ByteArrayDataType;
import org.h2.mvstore.type.DataType;
import org.h2.mvstore.type.LongDataType;

/** A database whose collections and indexes are maps of one store, named for what they hold. */
final class StoreDatabase extends AbstractSynchronizedMongoDatabase<Long> {
  private static final String COLLECTION = "collection:";
  private static final String INDEX = "index:";

  private final MVStore store;
  /** Null while the library's constructor runs. */
  private LongAdder examined;

  StoreDatabase(String name, MVStore store, CursorRegistry cursors) {
    super(name, cursors);
    this.store = store;
    initializeNamespacesAndIndexes();
  }

  /** The names of the databases that a store holds. */
  static List<String> namesIn(MVStore store) {
    return store.getMapNames().stream()
        .filter(map -> map.startsWith(COLLECTION))
        .map(map -> map.substring(COLLECTION.length(), map.indexOf('.')))
        .distinct()
        .toList();
  }

  private static <K, V> MVMap<K, V> open(MVStore store, String map, DataType<K> keys, DataType<V> values) {
    return store.openMap(map, new MVMap.Builder<K, V>().keyType(keys).valueType(values));
  }

  private MVMap<Long, byte[]> documents(String fullName) {
    return open(store, COLLECTION + fullName, LongDataType.INSTANCE, ByteArrayDataType.INSTANCE);
  }

  private MVMap<byte[], Long> index(String fullName, String index) {
    return open(store, INDEX + fullName + ':' + index, KeyType.INSTANCE, LongDataType.INSTANCE);
  }

  @Override
  protected MongoCollection<Long> openOrCreateCollection(String collection, CollectionOptions options) {
    return new StoreCollection(this, collection, options, documents(getFullCollectionNamespace(collection)), cursorRegistry);
  }

  @Override
  protected Index<Long> openOrCreateUniqueIndex(String collection, String index, List<IndexKey> keys, boolean sparse) {
    return new UniqueIndex(index, keys, sparse, index(getFullCollectionNamespace(collection), index));
  }

  @Override
  protected Index<Long> openOrCreateSecondaryIndex(String collection, String index, List<IndexKey> keys, boolean sparse) {
    return new SecondaryIndex(index, keys, index(getFullCollectionNamespace(collection), index));
  }

  @Override
  protected void dropIndex(MongoCollection<Long> collection, String index) {
    super.dropIndex(collection, index);
    store.removeMap(index(collection.getFullName(), index));
  }

  @Override
  public void dropCollection(String collection, Oplog oplog) {
    super.dropCollection(collection, oplog);
    store.removeMap(documents(getFullCollectionNamespace(collection)));
  }

  @Override
  public void moveCollection(MongoDatabase from, MongoCollection<?> collection, String newName) {
    String oldFullName = collection.getFullName();
    super.moveCollection(from, collection, newName);
    store.renameMap(documents(oldFullName), COLLECTION + collection.getFullName());
    for (Index<?> index : collection.getIndexes())
      store.renameMap(index(oldFullName, index.getName()), INDEX + collection.getFullName() + ':' + index.getName());
  }

  @Override
  public Document handleCommand(Channel channel, String command, Document query, DatabaseResolver databases, Oplog oplog) {
    // MongoDB says it of each query, in explain; this is for tests that count.
    if (command.equals("documentsExamined")) return new Document("examined", examined().sum()).append("ok", 1.0);
    // To the library, no size means all in one batch, which may be more than a message can hold.
    if (command.equals("find") && !Utils.isTrue(query.get("singleBatch"))) query.putIfAbsent("batchSize", StoreBackend.BATCH_SIZE);
    // The selection at the head of a pipeline is for the collection, which has indexes.
    if (command.equals("aggregate") && query.get("pipeline") instanceof List<?> stages && !stages.isEmpty()) {
      MongoCollection<Long> collection = resolveCollection(query.get(command).toString(), false);
      if (collection != null && stages.get(0) instanceof Document first && first.get("$match") instanceof Document selection) {
        Aggregation others = Aggregation.fromPipeline(stages.subList(1, stages.size()), databases, this, collection, oplog);
        others.validate(query);
        return answer(collection, others.runStages(collection.handleQueryAsStream(selection)));
      }
    }
    return super.handleCommand(channel, command, query, databases, oplog);
  }

  /** Documents that queries of this database have looked at, whether they matched or not. */
  LongAdder examined() {
    if (examined == null) examined = new LongAdder();
    return examined;
  }

  private static Document answer(MongoCollection<Long> collection, List<Document> batch) {
    Document cursor = new Document("id", 0L).append("ns", collection.getFullName()).append("firstBatch", batch);
    return new Document("cursor", cursor).append("ok", 1.0);
  }

  @Override
  protected long getStorageSize() {
    return store.getFileStore() == null ? 0 : store.getFileStore().size();
  }

  @Override
  protected long getFileSize() {
    return getStorageSize();
  }
}
