import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { inflateLz4 } from './lz4.js';
import { InflatesTooLarge } from './output.js';
import { inflateSnappy } from './snappy.js';

/** Kafka's numbers of codecs, as they stand in the attributes of a batch. */
export const CODEC = { none: 0, gzip: 1, snappy: 2, lz4: 3, zstd: 4 } as const;
export const CODEC_MASK = 0x07;

/**
 * Inflates what a producer or a broker compressed, by any of Kafka's codecs.
 * @param limit bytes
 * @throws InflatesTooLarge beyond the limit, without holding more than it; other errors for data
 *   that is damaged or of no known codec
 */
export function inflate(codec: number, bytes: Buffer, limit: number): Buffer {
  switch (codec) {
    case CODEC.gzip:
      return bounded(gunzipSync, bytes, limit);
    case CODEC.snappy:
      return inflateSnappy(bytes, limit);
    case CODEC.lz4:
      return inflateLz4(bytes, limit);
    case CODEC.zstd:
      return bounded(zstdDecompressSync, bytes, limit);
    default:
      throw new RangeError(`codec ${codec} is none of Kafka's`);
  }
}

function bounded(
  inflateAll: (bytes: Buffer, options: { maxOutputLength: number }) => Buffer,
  bytes: Buffer,
  limit: number,
): Buffer {
  try {
    return inflateAll(bytes, { maxOutputLength: Math.max(limit, 1) });
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
      ? new InflatesTooLarge(limit)
      : error;
  }
}
