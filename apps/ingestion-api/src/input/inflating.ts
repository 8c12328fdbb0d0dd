import {
  brotliDecompressSync,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  gunzipSync,
  inflateRawSync,
  inflateSync,
} from 'node:zlib';
import type { Encoding } from '../core/content.js';
import { decoderBytes } from '../core/decoder-bytes.js';
import { PIECE_BYTES, type Hold } from './arriving.js';
import { badEncoding, tooLarge } from './refusal.js';

/** Takes a body as it is sent, piece by piece. */
export interface Decoder {
  readonly write: (chunk: Buffer) => void;
  readonly end: () => void;
  /** Lets go of what has not been decoded. */
  readonly abort?: () => void;
}

export interface BodyOptions {
  readonly encoding: Encoding;
  /** Most bytes, both as sent and after inflation. */
  readonly limit: number;
  /**
   * What is held of the body is counted there: here while it is compressed, by `take` when it is
   * not.
   */
  readonly hold: Hold;
  /** Takes the inflated body piece by piece. May throw a Refusal. */
  readonly take: (chunk: Buffer) => void;
}

/**
 * Compressed bodies up to this size are inflated at once when they are complete; larger ones as
 * they come.
 */
const INFLATE_AT_ONCE_BYTES = 65_536;

/** A bare deflate stream has no zlib header, whose low four bits are 8; some clients send one. */
const hasZlibHeader = (chunk: Buffer): boolean => (chunk[0]! & 0x0f) === 8;

/**
 * Inflates a body. @param finish told once, when all of it was taken, or why it cannot be
 */
export function inflating(
  { encoding, limit, hold, take }: BodyOptions,
  finish: (error?: Error) => void,
): Decoder {
  let small: Buffer[] = [];
  /** What `small` counts against the budget. */
  let held = 0;
  let size = 0;
  let stream: ReturnType<typeof createGunzip> | undefined;

  const startStream = (): ReturnType<typeof createGunzip> => {
    let inflated = 0;
    hold.take(decoderBytes(encoding, small[0]![0]!));
    const started =
      encoding === 'gzip'
        ? createGunzip()
        : encoding === 'br'
          ? createBrotliDecompress()
          : hasZlibHeader(small[0]!)
            ? createInflate()
            : createInflateRaw();
    started.on('data', (chunk: Buffer) => {
      inflated += chunk.length;
      if (inflated > limit) return finish(tooLarge(limit));
      try {
        take(chunk);
      } catch (error) {
        finish(error as Error);
      }
    });
    started.on('error', () => finish(badEncoding(encoding)));
    started.on('end', () => finish());
    return started as ReturnType<typeof createGunzip>;
  };

  /** The piece is held until the decoder has taken it. */
  const pass = (piece: Buffer): void => {
    stream!.write(piece, () => hold.give(piece.length + PIECE_BYTES));
  };

  return {
    write: (chunk) => {
      size += chunk.length;
      hold.take(chunk.length + PIECE_BYTES);
      if (stream) return pass(chunk);
      small.push(chunk);
      held += chunk.length + PIECE_BYTES;
      if (size <= INFLATE_AT_ONCE_BYTES) return;
      stream = startStream();
      small.forEach(pass);
      small = [];
    },
    end: () => {
      if (stream) return void stream.end();
      if (size === 0) throw badEncoding(encoding);
      const inflated = inflateAtOnce(
        small.length === 1 ? small[0]! : Buffer.concat(small),
        encoding,
        limit,
      );
      small = [];
      hold.give(held);
      take(inflated);
      finish();
    },
    abort: () => {
      small = [];
      stream?.destroy();
    },
  };
}

function inflateAtOnce(body: Buffer, encoding: Encoding, limit: number): Buffer {
  const options = { maxOutputLength: limit };
  try {
    if (encoding === 'gzip') return gunzipSync(body, options);
    if (encoding === 'br') return brotliDecompressSync(body, options);
    return hasZlibHeader(body) ? inflateSync(body, options) : inflateRawSync(body, options);
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
      ? tooLarge(limit)
      : badEncoding(encoding);
  }
}
