import { giveTheLibraryCodecs } from '@iot/kafka';
import { decompress as unzstd } from 'fzstd';
import lz4 from 'lz4js';
import snappy from 'snappyjs';

/**
 * What Java's stream puts before its blocks, each with its length before it. Other clients send one
 * bare block.
 */
const JAVA_STREAM = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]);
const JAVA_STREAM_HEADER = 16;

/** verify inflates with packages that the workers do not use. */
export const useCodecsOfOthers = (): void =>
  giveTheLibraryCodecs({
    Snappy: inflateSnappy,
    LZ4: (bytes) => Buffer.from(lz4.decompress(bytes)),
    ZSTD: (bytes) => Buffer.from(unzstd(bytes)),
  });

function inflateSnappy(bytes: Buffer): Buffer {
  if (bytes.compare(JAVA_STREAM, 0, 8, 0, 8) !== 0) return Buffer.from(snappy.uncompress(bytes));
  const blocks: Uint8Array[] = [];
  for (let at = JAVA_STREAM_HEADER; at < bytes.length;) {
    const end = at + 4 + bytes.readInt32BE(at);
    blocks.push(snappy.uncompress(bytes.subarray(at + 4, end)));
    at = end;
  }
  return Buffer.concat(blocks);
}
