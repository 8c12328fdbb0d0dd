package iot.backends;

import de.bwaldvogel.mongo.bson.Document;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map.Entry;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;

/**
 * The part of one order of keys in which a query's documents are: all of them, and perhaps others.
 * `equal` is how many of the order's first fields have given values, `sorted` whether the records
 * come in the order asked for, and `worth` says which of two scans reads less, as far as can be
 * told without statistics.
 */
record KeyScan(KeyOrder order, List<KeyRange> ranges, int equal, boolean sorted, boolean reverse, int worth) {
  private static final int MOST_RANGES = 20_000;
  private static final int WORTH_OF_ALL_FIELDS = 100;
  private static final int WORTH_OF_FIELD = 4;
  private static final int WORTH_OF_RANGE = 2;

  /** Null when this order is of no use to the query. */
  static KeyScan of(KeyOrder order, Conditions conditions, Document orderBy, boolean limited) {
    List<String> fields = order.fields();
    List<byte[]> beginnings = List.of(KeyWriter.first());
    int equal = 0;
    for (List<byte[]> longer; equal < fields.size() && (longer = goOn(beginnings, conditions, fields.get(equal))) != null; equal++) beginnings = longer;
    boolean all = equal == fields.size();
    // A value with no place in the order is never equal to one that has a place, but an array may
    // hold it: only an _id is no array.
    if (!(all && fields.size() == 1) && !order.hasAll()) return null;

    int direction = beginnings.size() == 1 ? direction(fields, equal, orderBy) : 0;
    boolean narrowed = false;
    List<KeyRange> ranges = new ArrayList<>(beginnings.size());
    for (byte[] beginning : beginnings) {
      KeyRange range = all ? new KeyRange(beginning, beginning) : range(conditions, fields.get(equal), beginning, direction != 0);
      narrowed |= range != null;
      ranges.add(range != null ? range : new KeyRange(beginning, KeyWriter.end(beginning)));
    }
    int worth = (all ? WORTH_OF_ALL_FIELDS : 0) + WORTH_OF_FIELD * equal + (narrowed ? WORTH_OF_RANGE : 0) + (direction != 0 ? 1 : 0);
    boolean useful = equal > 0 || narrowed || (direction != 0 && limited);
    return useful ? new KeyScan(order, ranges, equal, direction != 0, direction < 0, worth) : null;
  }

  private static List<byte[]> goOn(List<byte[]> beginnings, Conditions conditions, String field) {
    List<byte[]> longer = new ArrayList<>();
    for (byte[] beginning : beginnings) {
      List<byte[]> keys = conditions.equal(field, beginning);
      if (keys == null || keys.size() * (long) beginnings.size() > MOST_RANGES) return null;
      longer.addAll(keys);
    }
    return longer;
  }

  private static KeyRange range(Conditions conditions, String field, byte[] beginning, boolean sorted) {
    // Between alternatives lies much that nobody asked for. It is only worth its reading where that
    // saves to sort.
    return sorted ? conditions.widestRange(field, beginning) : conditions.range(field, beginning);
  }

  /**
   * 1 or -1 when the fields behind the equal ones are in the order asked for, forwards or
   * backwards; else 0.
   */
  private static int direction(List<String> fields, int equal, Document orderBy) {
    if (orderBy == null) return 0;
    int direction = 0;
    int next = equal;
    for (Entry<String, Object> entry : orderBy.entrySet()) {
      String field = entry.getKey();
      if (fields.subList(0, equal).contains(field)) continue;
      int one = entry.getValue() instanceof Number number ? Integer.signum(number.intValue()) : 0;
      if (one == 0 || next == fields.size() || !fields.get(next).equals(field) || (direction != 0 && one != direction)) return 0;
      direction = one;
      next++;
    }
    return direction;
  }

  Iterator<Long> records() {
    return Lazily.each(ranges.iterator(), this::records);
  }

  private Iterator<Long> records(KeyRange range) {
    MVMap<byte[], Long> map = order.records();
    if (equal == order.fields().size()) {
      Long record = map.get(range.from());
      return record == null ? Collections.emptyIterator() : List.of(record).iterator();
    }
    if (range.isEmpty()) return Collections.emptyIterator();
    Cursor<byte[], Long> cursor = reverse ? map.cursor(range.to(), range.from(), true) : map.cursor(range.from(), range.to(), false);
    return Lazily.map(cursor, key -> cursor.getValue());
  }
}
