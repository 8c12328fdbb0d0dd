package iot.backends;

import de.bwaldvogel.mongo.bson.Document;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.LongFunction;

/**
 * How a query is answered from indexes: each branch is a scan, and what is left to ask of the
 * documents that it finds.
 */
final class QueryPlan {
  private record Branch(KeyScan scan, Document filter) {}

  private final List<Branch> branches;
  private final boolean sorted;

  private QueryPlan(List<Branch> branches, boolean sorted) {
    this.branches = branches;
    this.sorted = sorted;
  }

  /** Null when reading the whole collection is as good. */
  static QueryPlan of(Document query, Document orderBy, boolean limited, List<KeyOrder> orders) {
    KeyScan scan = best(Conditions.of(query), orderBy, limited, orders);
    List<Branch> alternatives = alternatives(query, orders);
    if (alternatives != null) {
      int worth = alternatives.stream().mapToInt(branch -> branch.scan().worth()).min().orElse(0);
      // A scan in the right order that begins and ends where it should stops at the limit; anything
      // else reads all that it finds.
      boolean stopsEarly = scan != null && scan.sorted() && limited && scan.worth() > 1;
      if (scan == null || (worth > scan.worth() && !stopsEarly)) return new QueryPlan(alternatives, false);
    }
    return scan == null ? null : new QueryPlan(List.of(new Branch(scan, remaining(query, scan))), scan.sorted());
  }

  private static KeyScan best(Conditions conditions, Document orderBy, boolean limited, List<KeyOrder> orders) {
    KeyScan best = null;
    for (KeyOrder order : orders) {
      KeyScan scan = KeyScan.of(order, conditions, orderBy, limited);
      if (scan != null && (best == null || scan.worth() > best.worth())) best = scan;
    }
    return best;
  }

  /**
   * A branch for each alternative of the query's $or; null when there is none, or when one of them
   * has no scan.
   */
  private static List<Branch> alternatives(Document query, List<KeyOrder> orders) {
    if (!(query.get("$or") instanceof Collection<?> either) || either.isEmpty() || !either.stream().allMatch(Document.class::isInstance)) return null;
    List<Branch> branches = new ArrayList<>();
    for (Object alternative : either) {
      Document both = query.clone();
      both.remove("$or");
      List<Object> and = new ArrayList<>(both.get("$and") instanceof Collection<?> all ? all : List.of());
      and.add(alternative);
      both.put("$and", and);
      KeyScan scan = best(Conditions.of(both), null, false, orders);
      if (scan == null) return null;
      branches.add(new Branch(scan, remaining(both, scan)));
    }
    return branches;
  }

  /**
   * The query without long lists of values that the scan has already seen to: comparing each
   * document with each value would take longer than all the rest.
   */
  private static Document remaining(Document query, KeyScan scan) {
    Document remaining = query.clone();
    Conditions conditions = Conditions.of(query);
    for (String field : scan.order().fields().subList(0, scan.equal())) {
      boolean isList = query.get(field) instanceof Document operators && operators.keySet().equals(Set.of("$in"));
      if (isList && conditions.hasOneFor(field)) remaining.remove(field);
    }
    return remaining;
  }

  /** Whether documents come in the order asked for. */
  boolean isSorted() {
    return sorted;
  }

  /** The documents that match, each once. */
  Iterator<Document> documents(LongFunction<Document> read, BiPredicate<Document, Document> matches) {
    Set<Long> found = new HashSet<>();
    boolean mayMeetAgain = branches.size() > 1;
    return Lazily.each(
        branches.iterator(),
        branch ->
            Lazily.map(
                branch.scan().records(),
                record -> {
                  if (mayMeetAgain && found.contains(record)) return null;
                  Document document = read.apply(record);
                  if (document == null || !matches.test(document, branch.filter())) return null;
                  if (mayMeetAgain) found.add(record);
                  return document;
                }));
  }
}
