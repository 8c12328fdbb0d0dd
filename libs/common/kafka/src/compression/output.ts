/** Thrown where data inflates to more bytes than are allowed. */
export class InflatesTooLarge extends Error {
  override readonly name = 'InflatesTooLarge';
  constructor(limit: number) {
    super(`it inflates to more than ${limit} bytes`);
  }
}

/** Bytes written so far, of at most `limit`; matches are copied from what was written before. */
export class Output {
  private buffer: Buffer;
  length = 0;

  constructor(
    private readonly limit: number,
    expected: number,
  ) {
    this.buffer = Buffer.allocUnsafe(Math.min(limit, Math.max(expected, 64)));
  }

  get bytes(): Buffer {
    return this.buffer.subarray(0, this.length);
  }

  /** @throws InflatesTooLarge */
  literals(from: Buffer, start: number, length: number): void {
    if (start + length > from.length) throw new RangeError('compressed data ends too early');
    this.room(length);
    from.copy(this.buffer, this.length, start, start + length);
    this.length += length;
  }

  /**
   * @param distance how far back the match starts; nearer than its length, it repeats itself
   * @throws InflatesTooLarge
   */
  match(distance: number, length: number): void {
    if (distance === 0 || distance > this.length)
      throw new RangeError('compressed data refers to what is not there');
    this.room(length);
    const { buffer } = this;
    const start = this.length;
    if (distance >= length) buffer.copyWithin(start, start - distance, start - distance + length);
    else if (distance === 1) buffer.fill(buffer[start - 1]!, start, start + length);
    else for (let i = start; i < start + length; i++) buffer[i] = buffer[i - distance]!;
    this.length += length;
  }

  /** @throws InflatesTooLarge before anything is allocated */
  room(more: number): void {
    const needed = this.length + more;
    if (needed > this.limit) throw new InflatesTooLarge(this.limit);
    if (needed <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(
      Math.min(this.limit, Math.max(needed, this.buffer.length * 2)),
    );
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
  }
}
