import { brotliCompressSync, constants } from 'node:zlib';
import { decoderBytes } from './decoder-bytes.js';

describe('decoderBytes', () => {
  it('reads the window of a brotli stream from its first byte', () => {
    for (
      let bits = constants.BROTLI_MIN_WINDOW_BITS;
      bits <= constants.BROTLI_MAX_WINDOW_BITS;
      bits++
    ) {
      // Long enough that the encoder has no reason to choose a smaller window.
      const body = brotliCompressSync(Buffer.alloc(2 ** bits + 1), {
        params: { [constants.BROTLI_PARAM_LGWIN]: bits, [constants.BROTLI_PARAM_QUALITY]: 1 },
      });
      const window = decoderBytes('br', body[0]!) - 65_536;
      expect([bits, Math.log2(window)]).toEqual([bits, expect.any(Number)]);
      expect(window).toBeGreaterThanOrEqual(2 ** bits);
      expect(window).toBeLessThanOrEqual(2 ** Math.max(bits, 18));
    }
  });

  it('knows that deflate has one size of window, and no compression none', () => {
    expect(decoderBytes('gzip', 0x1f)).toBe(65_536);
    expect(decoderBytes('deflate', 0x78)).toBe(65_536);
    expect(decoderBytes('identity', 0x7b)).toBe(0);
  });
});
