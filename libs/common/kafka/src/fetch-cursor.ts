/** Thrown at bytes that are not what Kafka's protocol says. */
export class Malformed extends Error {
  override readonly name = 'Malformed';
}

const SEVEN_BYTES = 2 ** 42;

/**
 * Reads Kafka's protocol from bytes, one field after the other. Every method throws Malformed or
 * RangeError beyond their end.
 */
export class Cursor {
  constructor(
    readonly bytes: Buffer,
    public at = 0,
  ) {}

  int8(): number {
    return this.bytes.readInt8(this.at++);
  }

  int16(): number {
    return this.bytes.readInt16BE((this.at += 2) - 2);
  }

  int32(): number {
    return this.bytes.readInt32BE((this.at += 4) - 4);
  }

  int64(): number {
    const value = this.exactInt64();
    if (typeof value === 'bigint') throw new Malformed('a number beyond 2^53');
    return value;
  }

  /** A bigint only where a number would not be exact. */
  exactInt64(): number | bigint {
    const value = this.bytes.readBigInt64BE((this.at += 8) - 8);
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }

  /** Zigzag-encoded, of up to 10 bytes. */
  varint(): number {
    const { bytes } = this;
    let byte = bytes[this.at++]!;
    if (byte < 0x80) return (byte >>> 1) ^ -(byte & 1);
    let value = byte & 0x7f;
    for (let factor = 0x80; byte >= 0x80; factor *= 0x80) {
      byte = bytes[this.at++]!;
      value += (byte & 0x7f) * factor;
    }
    if (!(value <= Number.MAX_SAFE_INTEGER)) throw new Malformed('a number beyond 2^53');
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /**
   * The same where every number of 64 bits is allowed: a bigint where a number would not be exact.
   */
  exactVarint(): number | bigint {
    const { bytes } = this;
    const start = this.at;
    let byte = bytes[this.at++]!;
    if (byte < 0x80) return (byte >>> 1) ^ -(byte & 1);
    let value = byte & 0x7f;
    for (let factor = 0x80; byte >= 0x80 && factor <= SEVEN_BYTES; factor *= 0x80) {
      byte = bytes[this.at++]!;
      value += (byte & 0x7f) * factor;
    }
    if (!(byte >= 0x80)) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    this.at = start;
    return this.longVarint();
  }

  private longVarint(): number | bigint {
    let value = 0n;
    for (let shift = 0n, byte = 0x80; byte >= 0x80; shift += 7n) {
      if (this.at >= this.bytes.length || shift > 63n)
        throw new Malformed('a number that does not end');
      byte = this.bytes[this.at++]!;
      value |= BigInt(byte & 0x7f) << shift;
    }
    const signed = BigInt.asIntN(64, (BigInt.asUintN(64, value) >> 1n) ^ -(value & 1n));
    const number = Number(signed);
    return Number.isSafeInteger(number) ? number : signed;
  }

  string(): string {
    const length = this.int16();
    return this.bytes.toString('utf8', this.at, (this.at += length));
  }

  array<T>(read: () => T): T[] {
    const length = this.int32();
    const items: T[] = [];
    for (let i = 0; i < length; i++) items.push(read());
    return items;
  }

  slice(length: number): Buffer | null {
    if (length < 0) return null;
    if (this.at + length > this.bytes.length) throw new Malformed('bytes that end too early');
    return this.bytes.subarray(this.at, (this.at += length));
  }
}
