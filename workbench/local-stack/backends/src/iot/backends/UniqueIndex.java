package iot.backends;

import static iot.backends.StoreCollection.ID;

import de.bwaldvogel.mongo.backend.AbstractUniqueIndex;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.KeyValue;
import de.bwaldvogel.mongo.bson.BsonRegularExpression;
import de.bwaldvogel.mongo.bson.Document;
import java.util.List;
import java.util.Map.Entry;
import org.h2.mvstore.MVMap;

/** The library's unique index, on a map of keys whose order is good for {@link QueryPlan} too. */
final class UniqueIndex extends AbstractUniqueIndex<Long> {
  private final MVMap<byte[], Long> records;

  UniqueIndex(String name, List<IndexKey> keys, boolean sparse, MVMap<byte[], Long> records) {
    super(name, keys, sparse);
    this.records = records;
  }

  KeyOrder order() {
    return new KeyOrder(keys(), records);
  }

  boolean isOverIds() {
    return getKeys().size() == 1 && getKeys().get(0).getKey().equals(ID);
  }

  private static byte[] bytes(KeyValue values) {
    KeyWriter key = new KeyWriter();
    for (Object value : values) key.add(value);
    return key.toKey();
  }

  @Override
  protected Long getPosition(KeyValue key) {
    return records.get(bytes(key));
  }

  @Override
  protected boolean putKeyPosition(KeyValue key, Long position) {
    return records.putIfAbsent(bytes(key), position) == null;
  }

  @Override
  protected Long removeDocument(KeyValue key) {
    return records.remove(bytes(key));
  }

  @Override
  public boolean canHandle(Document query) {
    return query.values().stream().noneMatch(BsonRegularExpression::isRegularExpression) && super.canHandle(query);
  }

  @Override
  protected Iterable<Entry<KeyValue, Long>> getIterable() {
    throw new UnsupportedOperationException("Only regular expressions need it, and they are not handled here.");
  }

  @Override
  public long getCount() {
    return records.sizeAsLong();
  }

  @Override
  public boolean isEmpty() {
    return records.isEmpty();
  }

  @Override
  public long getDataSize() {
    return getCount();
  }
}
