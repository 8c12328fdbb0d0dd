package iot.backends;

import static iot.backends.StoreCollection.ID;

import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.Utils;
import de.bwaldvogel.mongo.bson.Document;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.h2.mvstore.MVMap;

/**
 * An index over any values, equal ones among them: its keys end in the document's _id, which makes
 * them all different. It is ascending in all fields whatever was asked for, and read from either
 * end. {@link QueryPlan} reads it; to the library it has nothing to say.
 */
final class SecondaryIndex extends Index<Long> {
  private final KeyOrder order;

  SecondaryIndex(String name, List<IndexKey> keys, MVMap<byte[], Long> records) {
    // To the library a sparse index is one that need not know every document: it does not ask this
    // one for a document's place.
    super(name, keys, true);
    List<String> fields = new ArrayList<>(keys());
    if (!fields.contains(ID)) fields.add(ID);
    order = new KeyOrder(List.copyOf(fields), records);
  }

  KeyOrder order() {
    return order;
  }

  private byte[] keyOf(Document document) {
    KeyWriter key = new KeyWriter();
    for (String field : order.fields()) key.add(valueOf(document, field));
    if (!key.isOdd()) return key.toKey();
    KeyWriter oddKey = new KeyWriter();
    oddKey.add(List.of());
    oddKey.add(document.get(ID));
    return oddKey.toKey();
  }

  private static Object valueOf(Document document, String field) {
    return field.indexOf('.') < 0 ? document.getOrMissing(field) : Utils.getSubdocumentValueCollectionAware(document, field);
  }

  @Override
  public void add(Document document, Long position, MongoCollection<Long> collection) {
    order.records().put(keyOf(document), position);
  }

  @Override
  public Long remove(Document document) {
    return order.records().remove(keyOf(document));
  }

  @Override
  public void updateInPlace(Document before, Document after, Long position, MongoCollection<Long> collection) {
    if (order.fields().stream().allMatch(field -> Objects.equals(valueOf(before, field), valueOf(after, field)))) return;
    byte[] oldKey = keyOf(before);
    byte[] newKey = keyOf(after);
    if (Arrays.equals(oldKey, newKey)) return;
    order.records().remove(oldKey);
    order.records().put(newKey, position);
  }

  @Override
  public Long getPosition(Document document) {
    return null;
  }

  @Override
  public boolean canHandle(Document query) {
    return false;
  }

  @Override
  public Iterable<Long> getPositions(Document query) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void checkAdd(Document document, MongoCollection<Long> collection) {
    // Nothing is refused.
  }

  @Override
  public void checkUpdate(Document before, Document after, MongoCollection<Long> collection) {
    // Nothing is refused.
  }

  @Override
  public long getCount() {
    return order.records().sizeAsLong();
  }

  @Override
  public long getDataSize() {
    return getCount();
  }

  @Override
  public void drop() {
    // The database removes the map.
  }
}
