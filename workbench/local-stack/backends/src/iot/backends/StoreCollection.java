package iot.backends;

import de.bwaldvogel.mongo.backend.AbstractSynchronizedMongoCollection;
import de.bwaldvogel.mongo.backend.ArrayFilters;
import de.bwaldvogel.mongo.backend.CollectionOptions;
import de.bwaldvogel.mongo.backend.CursorRegistry;
import de.bwaldvogel.mongo.backend.DocumentComparator;
import de.bwaldvogel.mongo.backend.DocumentWithPosition;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.KeyValue;
import de.bwaldvogel.mongo.backend.QueryResult;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.oplog.Oplog;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;

/**
 * A collection: its documents by record number, in the order in which they came, so that what is
 * written together lies together.
 */
final class StoreCollection extends AbstractSynchronizedMongoCollection<Long> {
  static final String ID = "_id";

  private static final int MANY_TO_SORT = 1000;

  private final MVMap<Long, byte[]> documents;
  private final LongAdder examined;

  StoreCollection(StoreDatabase database, String name, CollectionOptions options, MVMap<Long, byte[]> documents, CursorRegistry cursors) {
    super(database, name, options, cursors);
    this.documents = documents;
    this.examined = database.examined();
  }

  @Override
  protected QueryResult queryDocuments(Document query, Document orderBy, int skip, int limit, int batchSize, Document fields) {
    boolean natural = orderBy != null && orderBy.containsKey("$natural");
    QueryPlan plan = natural ? null : QueryPlan.of(query, orderBy, limit > 0, orders());
    if (plan != null) {
      Stream<Document> found = Lazily.stream(plan.documents(this::getDocument, this::documentMatchesQuery));
      // The plan has asked for all of the query.
      DocumentComparator comparator = plan.isSorted() ? null : deriveComparator(orderBy);
      return matchDocumentsFromStream(new Document(), found, skip, limit, batchSize, comparator, fields);
    }
    return super.queryDocuments(query, orderBy, skip, limit, batchSize, fields);
  }

  private List<KeyOrder> orders() {
    List<KeyOrder> orders = new ArrayList<>();
    for (Index<Long> index : getIndexes()) {
      if (index instanceof SecondaryIndex secondary) orders.add(secondary.order());
      // Another unique index may have several keys for one document.
      if (index instanceof UniqueIndex unique && unique.isOverIds()) orders.add(unique.order());
    }
    return orders;
  }

  @Override
  protected QueryResult matchDocumentsFromStream(
      Document query, Stream<Document> found, int skip, int limit, int batchSize, Comparator<Document> comparator, Document fields) {
    if (comparator == null || limit <= 0) return super.matchDocumentsFromStream(query, found, skip, limit, batchSize, comparator, fields);
    Stream<Document> matching = found.filter(document -> documentMatchesQuery(document, query));
    Stream<Document> first = first(matching, comparator, skip + limit).stream();
    return super.matchDocumentsFromStream(new Document(), first, skip, limit, batchSize, null, fields);
  }

  /**
   * The first few in an order, without keeping all the others meanwhile. Equal ones stay in the
   * order in which they come.
   */
  private static List<Document> first(Stream<Document> documents, Comparator<Document> comparator, int count) {
    List<Document> kept = new ArrayList<>();
    int enough = 2 * count + MANY_TO_SORT;
    documents.forEach(
        document -> {
          kept.add(document);
          if (kept.size() < enough) return;
          kept.sort(comparator);
          kept.subList(count, kept.size()).clear();
        });
    kept.sort(comparator);
    return kept;
  }

  @Override
  protected QueryResult matchDocuments(Document query, Document orderBy, int skip, int limit, int batchSize, Document fields) {
    Stream<Document> all = stream(documents.cursor(null, null, isNaturalDescending(orderBy))).map(DocumentWithPosition::getDocument);
    return matchDocumentsFromStream(all, query, orderBy, skip, limit, batchSize, fields);
  }

  @Override
  protected Stream<DocumentWithPosition<Long>> streamAllDocumentsWithPosition() {
    return stream(documents.cursor(null));
  }

  private Stream<DocumentWithPosition<Long>> stream(Cursor<Long, byte[]> cursor) {
    return Lazily.stream(
        Lazily.map(
            cursor,
            record -> {
              examined.increment();
              return new DocumentWithPosition<>(DocumentBytes.read(cursor.getValue()), record);
            }));
  }

  @Override
  protected Document getDocument(Long record) {
    byte[] bytes = documents.get(record);
    examined.increment();
    return bytes == null ? null : DocumentBytes.read(bytes);
  }

  @Override
  protected Long addDocumentInternal(Document document) {
    Long last = documents.lastKey();
    Long record = last == null ? 1 : last + 1;
    documents.put(record, DocumentBytes.of(document));
    return record;
  }

  /**
   * A compare-and-set that applies, which is what the platform sends all day, goes a short way: the
   * library's, which is for all queries and operators, takes several times as long.
   */
  @Override
  public synchronized Document updateDocuments(Document selector, Document update, ArrayFilters filters, boolean multi, boolean upsert, Oplog oplog) {
    Document fields = multi ? null : PlainUpdate.fieldsToSet(update);
    Long record = fields == null ? null : recordById(selector);
    Document before = record == null ? null : getDocument(record);
    if (before == null || !PlainUpdate.matches(before, selector)) return super.updateDocuments(selector, update, filters, multi, upsert, oplog);
    Document changes = PlainUpdate.changes(before, fields);
    if (!changes.isEmpty()) change(record, before, changes);
    oplog.handleUpdate(getFullName(), selector, update, changes.isEmpty() ? List.of() : List.of(before.get(ID)));
    return new Document("n", 1).append("nModified", changes.isEmpty() ? 0 : 1);
  }

  /**
   * The only record that can match; null when there is none, or it takes another way to find it.
   */
  private Long recordById(Document selector) {
    Object id = selector.get(ID);
    if (id == null || !KeyWriter.hasPlace(id)) return null;
    for (Index<Long> index : getIndexes()) {
      if (index instanceof UniqueIndex unique && unique.isOverIds()) return unique.getPosition(new KeyValue(id));
    }
    return null;
  }

  private void change(Long record, Document before, Document changes) {
    Document after = before.clone();
    after.putAll(changes);
    // The keys of the others stay as they are, which an index takes long to find out by itself.
    List<Index<Long>> concerned = getIndexes().stream().filter(index -> PlainUpdate.concerns(changes, index)).toList();
    // All checks come first: a refused update leaves no trace.
    for (Index<Long> index : concerned) index.checkUpdate(before, after, this);
    for (Index<Long> index : concerned) index.updateInPlace(before, after, record, this);
    handleUpdate(record, before, after);
  }

  @Override
  protected void handleUpdate(Long record, Document before, Document after) {
    documents.put(record, DocumentBytes.of(after));
  }

  @Override
  protected void removeDocument(Long record) {
    if (documents.remove(record) == null) throw new NoSuchElementException("There is no record " + record + " in " + getFullName() + ".");
  }

  @Override
  public synchronized int count(Document query, int skip, int limit) {
    return super.count(query, skip, limit);
  }

  @Override
  public int count() {
    return documents.size();
  }

  @Override
  public boolean isEmpty() {
    return documents.isEmpty();
  }

  /**
   * The size is added up when it is asked for: keeping it would mean to encode each document a
   * second time.
   */
  @Override
  protected boolean tracksDataSize() {
    return false;
  }

  @Override
  protected void updateDataSize(int delta) {
    throw new UnsupportedOperationException();
  }

  @Override
  protected int getDataSize() {
    long size = 0;
    for (Cursor<Long, byte[]> cursor = documents.cursor(null); cursor.hasNext(); ) {
      cursor.next();
      size += cursor.getValue().length;
    }
    return (int) Math.min(size, Integer.MAX_VALUE);
  }
}
