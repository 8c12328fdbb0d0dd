import { Output } from './output.js';

const MAGIC = 0x184d2204;
/** Of frames that hold something for others: to be passed over. */
const SKIPPABLE = 0x184d2a50;
const FLAG = {
  blockChecksum: 0x10,
  contentSize: 0x08,
  contentChecksum: 0x04,
  dictionary: 0x01,
} as const;
const UNCOMPRESSED = 0x8000_0000;
const LONG = 15;
const SHORTEST_MATCH = 4;

/**
 * Inflates LZ4 frames. Checksums are passed over: Kafka's own of the batch covers these bytes.
 * @throws InflatesTooLarge, RangeError for what is no such data
 */
export function inflateLz4(bytes: Buffer, limit: number): Buffer {
  const output = new Output(limit, bytes.length * 2);
  for (let at = 0; at < bytes.length;) {
    const magic = bytes.readUInt32LE(at);
    at += 4;
    if ((magic & 0xffff_fff0) === SKIPPABLE) at += 4 + bytes.readUInt32LE(at);
    else if (magic === MAGIC) at = inflateFrame(bytes, at, output);
    else throw new RangeError('no LZ4 frame');
  }
  return output.bytes;
}

/** Returns where the frame ends. */
function inflateFrame(bytes: Buffer, start: number, output: Output): number {
  const flags = bytes.readUInt8(start);
  if (flags >>> 6 !== 1) throw new RangeError('an LZ4 frame of an unknown version');
  if ((flags & FLAG.dictionary) !== 0) throw new RangeError('an LZ4 frame with a dictionary');
  let at = start + 2;
  if ((flags & FLAG.contentSize) !== 0) at += 8;
  at += 1;
  for (;;) {
    const size = bytes.readUInt32LE(at);
    at += 4;
    if (size === 0) break;
    const length = size % UNCOMPRESSED;
    if (at + length > bytes.length) throw new RangeError('an LZ4 block beyond the data');
    if (size >= UNCOMPRESSED) output.literals(bytes, at, length);
    else inflateBlock(bytes, at, at + length, output);
    at += length;
    if ((flags & FLAG.blockChecksum) !== 0) at += 4;
  }
  return (flags & FLAG.contentChecksum) === 0 ? at : at + 4;
}

function inflateBlock(bytes: Buffer, start: number, end: number, output: Output): void {
  let at = start;
  const long = (length: number): number => {
    for (let byte = 255; byte === 255; length += byte) {
      if (at >= end) throw new RangeError('an LZ4 block that ends too early');
      byte = bytes[at++]!;
    }
    return length;
  };
  while (at < end) {
    const token = bytes[at++]!;
    const literals = token >>> 4 === LONG ? long(LONG) : token >>> 4;
    if (at + literals > end) throw new RangeError('LZ4 literals beyond their block');
    output.literals(bytes, at, literals);
    at += literals;
    // The last sequence of a block has literals only.
    if (at === end) return;
    const distance = bytes.readUInt16LE(at);
    at += 2;
    const length = (token & 15) === LONG ? long(LONG) : token & 15;
    output.match(distance, length + SHORTEST_MATCH);
  }
}
