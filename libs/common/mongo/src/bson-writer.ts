const INT32_MAX = 0x7fff_ffff;
const SHORT = 40;
const SLASH = 0x2f;
const TWO_TO_32 = 0x1_0000_0000;
/** Types of https://bsonspec.org/spec.html. */
const DOUBLE = 0x01;
const STRING = 0x02;
const DOCUMENT = 0x03;
const ARRAY = 0x04;
const BOOLEAN = 0x08;
const DATE = 0x09;
const NULL = 0x0a;
const INT32 = 0x10;

/** A field's name as it stands in BSON: its UTF-8 bytes and a zero. */
export type FieldName = Uint8Array;

export const fieldName = (name: string): FieldName => Buffer.from(`${name}\0`);

/** Field names by themselves. */
export function fieldNames<const N extends string>(
  ...names: readonly N[]
): Readonly<Record<N, FieldName>> {
  return Object.fromEntries(names.map((name) => [name, fieldName(name)])) as Record<N, FieldName>;
}

/**
 * Writes BSON documents one after the other into one buffer, without making the objects first.
 * Numbers get the types that the driver gives them, so a document is the same whichever of the two
 * wrote it.
 */
export class BsonWriter {
  private bytes: Buffer;
  private at = 0;

  /** @param capacity bytes to begin with; it grows */
  constructor(capacity: number) {
    this.bytes = Buffer.allocUnsafe(capacity);
  }

  get length(): number {
    return this.at;
  }

  /** What was written. The buffer is not used again: give each message a writer of its own. */
  written(): Buffer {
    return this.bytes.subarray(0, this.at);
  }

  /** Begins a document, or with a name a document in a field. Returns what {@link close} wants. */
  open(name?: FieldName): number {
    if (name) this.field(DOCUMENT, name, 4);
    else this.room(4);
    return this.opened();
  }

  /** Begins an array in a field; its elements have the names 0, 1, 2 … */
  openArray(name: FieldName): number {
    this.field(ARRAY, name, 4);
    return this.opened();
  }

  close(start: number): void {
    this.room(1);
    this.bytes[this.at++] = 0;
    this.int32At(start, this.at - start);
  }

  text(name: FieldName, value: string): void {
    this.field(STRING, name, 5 + value.length * 3);
    const start = this.at + 4;
    this.endText(start, this.characters(value, start));
  }

  /** The text `first/second`, which is not made for that. */
  path(name: FieldName, first: string, second: string): void {
    this.field(STRING, name, 6 + (first.length + second.length) * 3);
    const start = this.at + 4;
    const slash = this.characters(first, start);
    this.bytes[slash] = SLASH;
    this.endText(start, this.characters(second, slash + 1));
  }

  number(name: FieldName, value: number): void {
    if (
      Number.isInteger(value) &&
      value <= INT32_MAX &&
      value >= -INT32_MAX - 1 &&
      !Object.is(value, -0)
    ) {
      this.field(INT32, name, 4);
      this.int32At(this.at, value);
      this.at += 4;
    } else {
      this.field(DOUBLE, name, 8);
      this.at = this.bytes.writeDoubleLE(value, this.at);
    }
  }

  /** @param ms epoch milliseconds */
  date(name: FieldName, ms: number): void {
    this.field(DATE, name, 8);
    this.int32At(this.at, ms);
    this.int32At(this.at + 4, Math.floor(ms / TWO_TO_32));
    this.at += 8;
  }

  boolean(name: FieldName, value: boolean): void {
    this.field(BOOLEAN, name, 1);
    this.bytes[this.at++] = value ? 1 : 0;
  }

  null(name: FieldName): void {
    this.field(NULL, name, 0);
  }

  private opened(): number {
    const start = this.at;
    this.at += 4;
    return start;
  }

  /** Type and name, and room for the value. */
  private field(type: number, name: FieldName, valueBytes: number): void {
    this.room(1 + name.length + valueBytes);
    const { bytes } = this;
    let { at } = this;
    bytes[at++] = type;
    for (let i = 0; i < name.length; i++) bytes[at++] = name[i]!;
    this.at = at;
  }

  /** Returns where they end. */
  private characters(value: string, start: number): number {
    const end = value.length < SHORT ? this.ascii(value, start) : 0;
    return end === 0 ? start + this.bytes.write(value, start, 'utf8') : end;
  }

  private endText(start: number, end: number): void {
    this.bytes[end] = 0;
    this.at = end + 1;
    this.int32At(start - 4, this.at - start);
  }

  /**
   * Where the text ends; 0 when it is not ASCII. For a short text this is cheaper than a call into
   * the runtime.
   */
  private ascii(value: string, start: number): number {
    const { bytes } = this;
    let at = start;
    for (let i = 0; i < value.length; i++) {
      const code = value.charCodeAt(i);
      if (code > 0x7f) return 0;
      bytes[at++] = code;
    }
    return at;
  }

  private int32At(at: number, value: number): void {
    const { bytes } = this;
    bytes[at] = value;
    bytes[at + 1] = value >>> 8;
    bytes[at + 2] = value >>> 16;
    bytes[at + 3] = value >>> 24;
  }

  private room(bytes: number): void {
    if (this.at + bytes <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.at + bytes));
    this.bytes.copy(larger, 0, 0, this.at);
    this.bytes = larger;
  }
}
