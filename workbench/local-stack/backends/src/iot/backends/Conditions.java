package iot.backends;

import de.bwaldvogel.mongo.bson.Document;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.TreeSet;

/**
 * What a query asks of each field, as far as an order of keys can tell: equality, one of several
 * values, a range. Everything else is left to the look at the documents found.
 */
final class Conditions {
  private final Map<String, List<Document>> byField = new HashMap<>();
  private final List<List<Conditions>> alternatives = new ArrayList<>();

  static Conditions of(Document query) {
    Conditions conditions = new Conditions();
    conditions.add(query);
    return conditions;
  }

  private void add(Document query) {
    for (Entry<String, Object> entry : query.entrySet()) {
      Object value = entry.getValue();
      switch (entry.getKey()) {
        case "$and" -> documents(value).forEach(this::add);
        case "$or" -> alternatives.add(documents(value).stream().map(Conditions::of).toList());
        default -> {
          if (!entry.getKey().startsWith("$")) byField.computeIfAbsent(entry.getKey(), field -> new ArrayList<>()).add(asOperators(value));
        }
      }
    }
  }

  /**
   * Not the place to find fault with a query: whatever is no list of documents says nothing here.
   */
  private static List<Document> documents(Object value) {
    if (!(value instanceof Collection<?> list) || !list.stream().allMatch(Document.class::isInstance)) return List.of();
    return list.stream().map(Document.class::cast).toList();
  }

  private static Document asOperators(Object value) {
    boolean operators = value instanceof Document document && !document.isEmpty() && document.keySet().iterator().next().startsWith("$");
    return operators ? (Document) value : new Document("$eq", value);
  }

  boolean hasOneFor(String field) {
    return byField.getOrDefault(field, List.of()).size() == 1;
  }

  /**
   * The keys that begin so and go on with the value, or one of the values, which the field must
   * have; null when nothing of the kind is asked.
   */
  List<byte[]> equal(String field, byte[] beginning) {
    for (Document operators : byField.getOrDefault(field, List.of())) {
      if (operators.containsKey("$eq") && KeyWriter.hasPlace(operators.get("$eq"))) return List.of(KeyWriter.after(beginning, operators.get("$eq")));
      if (operators.get("$in") instanceof Collection<?> values && values.stream().allMatch(KeyWriter::hasPlace)) {
        TreeSet<byte[]> keys = new TreeSet<>(KeyType.INSTANCE);
        for (Object value : values) keys.add(KeyWriter.after(beginning, value));
        return List.copyOf(keys);
      }
    }
    return null;
  }

  /**
   * The range in which keys that begin so go on with this field; null when the query does not
   * narrow it.
   */
  KeyRange range(String field, byte[] beginning) {
    KeyRange range = null;
    for (Document operators : byField.getOrDefault(field, List.of())) {
      for (Entry<String, Object> entry : operators.entrySet()) {
        KeyRange one = range(entry.getKey(), entry.getValue(), beginning);
        if (one != null) range = range == null ? one : range.and(one);
      }
    }
    return range;
  }

  private static KeyRange range(String operator, Object value, byte[] beginning) {
    if (value == null || !KeyWriter.hasPlace(value)) return null;
    return switch (operator) {
      case "$gt" -> new KeyRange(KeyWriter.end(KeyWriter.after(beginning, value)), KeyWriter.endOfType(beginning, value));
      case "$gte" -> new KeyRange(KeyWriter.after(beginning, value), KeyWriter.endOfType(beginning, value));
      case "$lt" -> new KeyRange(KeyWriter.startOfType(beginning, value), KeyWriter.after(beginning, value));
      case "$lte" -> new KeyRange(KeyWriter.startOfType(beginning, value), KeyWriter.end(KeyWriter.after(beginning, value)));
      default -> null;
    };
  }

  /**
   * As {@link #range}, but also where each of some alternatives narrows it: from the least to the
   * greatest of theirs.
   */
  KeyRange widestRange(String field, byte[] beginning) {
    KeyRange range = range(field, beginning);
    for (List<Conditions> branches : alternatives) {
      KeyRange span = span(branches, field, beginning);
      if (span != null) range = range == null ? span : range.and(span);
    }
    return range;
  }

  private static KeyRange span(List<Conditions> branches, String field, byte[] beginning) {
    KeyRange span = null;
    for (Conditions branch : branches) {
      KeyRange one = branch.rangeOrValues(field, beginning);
      if (one == null) return null;
      span = span == null ? one : span.span(one);
    }
    return span;
  }

  private KeyRange rangeOrValues(String field, byte[] beginning) {
    List<byte[]> values = equal(field, beginning);
    if (values == null) return range(field, beginning);
    return values.isEmpty() ? null : new KeyRange(values.get(0), KeyWriter.end(values.get(values.size() - 1)));
  }
}
