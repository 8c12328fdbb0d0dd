package iot.backends;

import static iot.backends.StoreCollection.ID;

import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.KeyValue;
import de.bwaldvogel.mongo.backend.Utils;
import de.bwaldvogel.mongo.bson.Document;
import java.util.Objects;

/**
 * The rules of an update that is just `{$set: …}` of whole fields, under a query by plain values.
 * They are the library's: what it would answer and store is the same.
 */
final class PlainUpdate {
  private PlainUpdate() {}

  /** The fields to set; null when the update is another one. */
  static Document fieldsToSet(Document update) {
    if (update.size() != 1 || !(update.get("$set") instanceof Document fields)) return null;
    return fields.keySet().stream().allMatch(PlainUpdate::isPlain) ? fields : null;
  }

  private static boolean isPlain(String field) {
    return !field.isEmpty() && field.indexOf('.') < 0 && field.indexOf('$') < 0 && !field.equals(ID);
  }

  /**
   * Whether the document has these very values. False also where it takes the library to tell, such
   * as for an operator, for null, or for 1 where there is 1.0.
   */
  static boolean matches(Document document, Document selector) {
    return selector.entrySet().stream()
        .allMatch(field -> field.getValue() != null && KeyWriter.hasPlace(field.getValue()) && field.getValue().equals(document.get(field.getKey())));
  }

  /** Those of the fields that change the document: 1.0 leaves a 1 as it is. */
  static Document changes(Document document, Document fields) {
    Document changes = new Document();
    fields.forEach(
        (field, value) -> {
          if (!document.containsKey(field) || !areEqual(document.get(field), value)) changes.put(field, value);
        });
    return changes;
  }

  /** Whether changed fields are of interest to an index. */
  static boolean concerns(Document changes, Index<?> index) {
    for (IndexKey key : index.getKeys()) {
      int dot = key.getKey().indexOf('.');
      if (changes.containsKey(dot < 0 ? key.getKey() : key.getKey().substring(0, dot))) return true;
    }
    return false;
  }

  private static boolean areEqual(Object a, Object b) {
    if (a instanceof Number x && b instanceof Number y) return Utils.normalizeNumber(x).equals(Utils.normalizeNumber(y));
    return Objects.equals(a, b) || new KeyValue(a).normalized().equals(new KeyValue(b).normalized());
  }
}
