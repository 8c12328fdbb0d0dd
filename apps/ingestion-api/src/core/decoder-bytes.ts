import type { Encoding } from './content.js';

/**
 * What a decoder of gzip or deflate has beside its input: 32 KiB of window, its state, and 16 KiB
 * of output.
 */
const DEFLATE_BYTES = 65_536;
/** State and output of a brotli decoder, beside its window. */
const BROTLI_BYTES = 65_536;

/**
 * Memory that inflating a body piece by piece takes. The window of a brotli stream is named in its
 * first bits (RFC 7932, 9.1), and may be 16 MiB.
 * @param first the first byte of the body
 */
export function decoderBytes(encoding: Encoding, first: number): number {
  if (encoding === 'identity') return 0;
  return encoding === 'br' ? BROTLI_BYTES + 2 ** brotliWindowBits(first) : DEFLATE_BYTES;
}

function brotliWindowBits(first: number): number {
  if ((first & 1) === 0) return 16;
  const large = (first >> 1) & 7;
  if (large > 0) return 17 + large;
  const small = (first >> 4) & 7;
  return small === 0 ? 17 : 8 + small;
}
