import { Output } from './output.js';

/**
 * What Java's stream puts before its blocks, each of which has its length before it; other clients
 * send one bare block.
 */
const STREAM_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]);
const STREAM_HEADER_BYTES = 16;

/**
 * Inflates Snappy data, a bare block or a stream as Java writes it. @throws InflatesTooLarge,
 * RangeError for what is no such data
 */
export function inflateSnappy(bytes: Buffer, limit: number): Buffer {
  const output = new Output(limit, bytes.length * 2);
  if (!isStreamHeader(bytes, 0)) {
    inflateBlock(bytes, 0, bytes.length, output);
    return output.bytes;
  }
  for (let at = 0; at < bytes.length;) {
    // Streams may follow one another.
    if (isStreamHeader(bytes, at)) {
      at += STREAM_HEADER_BYTES;
      continue;
    }
    const length = bytes.readInt32BE(at);
    at += 4;
    if (length < 0 || at + length > bytes.length)
      throw new RangeError('a Snappy block beyond the data');
    inflateBlock(bytes, at, at + length, output);
    at += length;
  }
  return output.bytes;
}

const isStreamHeader = (bytes: Buffer, at: number): boolean =>
  at + STREAM_HEADER_BYTES <= bytes.length && bytes.compare(STREAM_MAGIC, 0, 8, at, at + 8) === 0;

function inflateBlock(bytes: Buffer, start: number, end: number, output: Output): void {
  let at = start;
  let size = 0;
  for (let factor = 1, byte = 0x80; byte >= 0x80; factor *= 128) {
    if (at >= end || factor > 2 ** 28) throw new RangeError('no length before a Snappy block');
    byte = bytes[at++]!;
    size += (byte & 0x7f) * factor;
  }
  output.room(size);
  const until = output.length + size;
  while (at < end) {
    const tag = bytes[at++]!;
    const kind = tag & 3;
    if (kind === 0) {
      let length = tag >>> 2;
      if (length >= 60) {
        const extra = length - 59;
        length = bytes.readUIntLE(at, extra);
        at += extra;
      }
      length++;
      if (at + length > end) throw new RangeError('Snappy literals beyond their block');
      output.literals(bytes, at, length);
      at += length;
    } else if (kind === 1)
      output.match(((tag & 0xe0) << 3) | bytes.readUInt8(at++), ((tag >>> 2) & 7) + 4);
    else {
      const width = kind === 2 ? 2 : 4;
      output.match(bytes.readUIntLE(at, width), (tag >>> 2) + 1);
      at += width;
    }
    if (output.length > until) throw new RangeError('a Snappy block longer than it says');
  }
  if (output.length !== until) throw new RangeError('a Snappy block shorter than it says');
}
