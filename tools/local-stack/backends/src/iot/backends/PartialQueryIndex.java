package iot.backends;

import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.bson.Document;

/**
 * A unique index that also serves a query with more conditions than its own keys, as {_id, version} of a compare-and-set. The collection checks every condition on what the
 * index finds; without this it would read all its documents instead.
 */
final class PartialQueryIndex<P> extends Index<P> {
  private final Index<P> index;

  PartialQueryIndex(Index<P> index, boolean sparse) {
    super(index.getName(), index.getKeys(), sparse);
    this.index = index;
  }

  @Override
  public boolean canHandle(Document query) {
    Document own = ownConditions(query);
    return own != null && index.canHandle(own);
  }

  @Override
  public Iterable<P> getPositions(Document query) {
    return index.getPositions(ownConditions(query));
  }

  /** The conditions on this index's keys, or null when one of them is not asked for. */
  private Document ownConditions(Document query) {
    Document own = new Document();
    for (IndexKey key : getKeys()) {
      if (!query.containsKey(key.getKey())) return null;
      own.put(key.getKey(), query.get(key.getKey()));
    }
    return own;
  }

  @Override
  public P getPosition(Document document) {
    return index.getPosition(document);
  }

  @Override
  public void checkAdd(Document document, MongoCollection<P> collection) {
    index.checkAdd(document, collection);
  }

  @Override
  public void add(Document document, P position, MongoCollection<P> collection) {
    index.add(document, position, collection);
  }

  @Override
  public P remove(Document document) {
    return index.remove(document);
  }

  @Override
  public void checkUpdate(Document before, Document after, MongoCollection<P> collection) {
    index.checkUpdate(before, after, collection);
  }

  @Override
  public void updateInPlace(Document before, Document after, P position, MongoCollection<P> collection) {
    index.updateInPlace(before, after, position, collection);
  }

  @Override
  public long getCount() {
    return index.getCount();
  }

  @Override
  public boolean isEmpty() {
    return index.isEmpty();
  }

  @Override
  public long getDataSize() {
    return index.getDataSize();
  }

  @Override
  public boolean isUnique() {
    return index.isUnique();
  }

  @Override
  public void drop() {
    index.drop();
  }
}
