package iot.backends;

import de.bwaldvogel.mongo.backend.Missing;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.bson.ObjectId;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.UUID;

/**
 * Writes values one after another so that the bytes are ordered as the server compares the values:
 * by type (as the tags below), then by value, field by field. Two values are equal for a query just
 * when their bytes are. Values of other types (arrays, documents, numbers that are no doubles, …)
 * have no place in that order: a key with one of them is odd. Odd keys are told apart by their
 * first byte, and are good for finding an equal value only.
 */
final class KeyWriter {
  /** First byte of a key; the other kind starts above all of the first. */
  private static final int PLAIN = 0x01;
  private static final int ODD = 0x03;

  // Tags are two apart: the one after a tag ends its range. None is as high as END.
  private static final int NULL = 0x10;
  private static final int NUMBER = 0x20;
  private static final int STRING = 0x30;
  private static final int UUID_TAG = 0x40;
  private static final int OBJECT_ID = 0x50;
  private static final int BOOLEAN = 0x60;
  private static final int DATE = 0x70;
  private static final int OTHER = 0x80;
  private static final int END = 0xff;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream(64);
  private boolean odd;

  /** The first of all plain keys, none of whose values is written yet. */
  static byte[] first() {
    return new byte[] {PLAIN};
  }

  /** From here on there are odd keys. */
  static byte[] firstOdd() {
    return new byte[] {ODD};
  }

  /** Whether a value has a place in the order. */
  static boolean hasPlace(Object value) {
    return tag(value) != OTHER;
  }

  /** A key's beginning, and after it one more value, which must have a place. */
  static byte[] after(byte[] beginning, Object value) {
    KeyWriter writer = new KeyWriter();
    writer.add(value);
    if (writer.odd) throw new IllegalArgumentException("Not a value with a place in the order: " + value);
    return join(beginning, writer.out.toByteArray());
  }

  /** The first key with this beginning and then a value of the same type as this one. */
  static byte[] startOfType(byte[] beginning, Object value) {
    return join(beginning, new byte[] {(byte) tag(value)});
  }

  /** The end of what {@link #startOfType} starts. */
  static byte[] endOfType(byte[] beginning, Object value) {
    return join(beginning, new byte[] {(byte) (tag(value) + 1)});
  }

  /** Above every key with this beginning. */
  static byte[] end(byte[] beginning) {
    return join(beginning, new byte[] {(byte) END});
  }

  void add(Object value) {
    int tag = tag(value);
    out.write(tag);
    switch (tag) {
      case NULL -> {}
      case NUMBER -> addNumber(((Number) value).doubleValue());
      case STRING -> addString((String) value);
      case UUID_TAG -> {
        addLong(((UUID) value).getMostSignificantBits());
        addLong(((UUID) value).getLeastSignificantBits());
      }
      case OBJECT_ID -> out.writeBytes(((ObjectId) value).toByteArray());
      case BOOLEAN -> out.write((Boolean) value ? 1 : 0);
      case DATE -> addLong(((Instant) value).toEpochMilli() ^ Long.MIN_VALUE);
      default -> {
        odd = true;
        out.writeBytes(DocumentBytes.of(new Document("", value)));
      }
    }
  }

  boolean isOdd() {
    return odd;
  }

  byte[] toKey() {
    return join(odd ? firstOdd() : first(), out.toByteArray());
  }

  private static int tag(Object value) {
    if (Missing.isNullOrMissing(value)) return NULL;
    if (value instanceof String) return STRING;
    if (value instanceof Instant) return DATE;
    if (value instanceof Integer) return NUMBER;
    if (value instanceof Double number) return number.isNaN() ? OTHER : NUMBER;
    if (value instanceof Long number) return isDouble(number) ? NUMBER : OTHER;
    if (value instanceof ObjectId) return OBJECT_ID;
    if (value instanceof Boolean) return BOOLEAN;
    if (value instanceof UUID) return UUID_TAG;
    return OTHER;
  }

  private static boolean isDouble(long number) {
    return number == (long) (double) number && number != Long.MAX_VALUE;
  }

  /**
   * Sets the sign bit of positive numbers and turns all bits of negative ones: then the bits are in
   * the order of the numbers.
   */
  private void addNumber(double number) {
    long bits = Double.doubleToLongBits(number == 0 ? 0.0 : number);
    addLong(bits ^ (bits >> 63 | Long.MIN_VALUE));
  }

  /**
   * In UTF-16 units, each in one to three bytes as UTF-8 would have it: this is the order of
   * String.compareTo. A zero is written as 0 255, and another zero ends the string.
   */
  private void addString(String text) {
    for (int i = 0; i < text.length(); i++) {
      char unit = text.charAt(i);
      if (unit == 0) {
        out.write(0);
        out.write(END);
      } else if (unit < 0x80) {
        out.write(unit);
      } else if (unit < 0x800) {
        out.write(0xc0 | unit >> 6);
        out.write(0x80 | unit & 0x3f);
      } else {
        out.write(0xe0 | unit >> 12);
        out.write(0x80 | unit >> 6 & 0x3f);
        out.write(0x80 | unit & 0x3f);
      }
    }
    out.write(0);
  }

  private void addLong(long bits) {
    for (int shift = 56; shift >= 0; shift -= 8) out.write((int) (bits >>> shift));
  }

  private static byte[] join(byte[] a, byte[] b) {
    byte[] joined = new byte[a.length + b.length];
    System.arraycopy(a, 0, joined, 0, a.length);
    System.arraycopy(b, 0, joined, a.length, b.length);
    return joined;
  }
}
