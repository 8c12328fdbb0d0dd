package iot.backends;

import java.util.List;
import org.h2.mvstore.MVMap;

/**
 * Where documents are found in the order of some of their fields: keys of {@link KeyWriter} over
 * the values of these fields, and the record of each.
 */
record KeyOrder(List<String> fields, MVMap<byte[], Long> records) {
  /** Whether every document stands at one place in this order. An array, for one, does not. */
  boolean hasAll() {
    return records.ceilingKey(KeyWriter.firstOdd()) == null;
  }
}
