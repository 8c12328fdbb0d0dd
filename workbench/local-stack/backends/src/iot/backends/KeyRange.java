package iot.backends;

import java.util.Arrays;

/**
 * Keys from one to another, both included. A range may hold a few keys more than were asked for:
 * what it finds is looked at again.
 */
record KeyRange(byte[] from, byte[] to) {
  boolean isEmpty() {
    return Arrays.compareUnsigned(from, to) > 0;
  }

  /** What is in both. */
  KeyRange and(KeyRange other) {
    return new KeyRange(max(from, other.from), min(to, other.to));
  }

  /** What is in either, and all between them. */
  KeyRange span(KeyRange other) {
    return new KeyRange(min(from, other.from), max(to, other.to));
  }

  private static byte[] min(byte[] a, byte[] b) {
    return Arrays.compareUnsigned(a, b) <= 0 ? a : b;
  }

  private static byte[] max(byte[] a, byte[] b) {
    return Arrays.compareUnsigned(a, b) >= 0 ? a : b;
  }
}
