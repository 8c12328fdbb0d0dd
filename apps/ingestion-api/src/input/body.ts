import type { IncomingMessage } from 'node:http';
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
import type { ByteBudget } from '@iot/common/kafka';
import type { Encoding } from '../core/content.js';
import { badEncoding, bufferFull, Refusal, tooLarge } from './refusal.js';

/** Bytes of one request counted against the budget of the process. */
export class Hold {
  private bytes = 0;

  constructor(private readonly budget: ByteBudget) {}

  /** @throws Refusal (503) when the budget has no room */
  take(bytes: number): void {
    if (!this.budget.take(bytes)) throw bufferFull();
    this.bytes += bytes;
  }

  release(): void {
    this.budget.give(this.bytes);
    this.bytes = 0;
  }
}

export interface BodyOptions {
  readonly encoding: Encoding;
  /** Most bytes, both as sent and after inflation. */
  readonly limit: number;
  /** Takes the inflated body piece by piece. May throw a Refusal. */
  readonly take: (chunk: Buffer) => void;
}

/** Compressed bodies up to this size are inflated at once when they are complete; larger ones as they come. */
const INFLATE_AT_ONCE_BYTES = 65_536;

/**
 * Reads a request's body. `done` is called once: with nothing when all of it was taken, or with why not. The rest of a refused body is read
 * and thrown away, so that its sender gets to see the answer.
 */
export function readBody(request: IncomingMessage, options: BodyOptions, done: (error?: Error) => void): void {
  const declared = Number(request.headers['content-length'] ?? 0);
  let finished = false;
  const finish = (error?: Error): void => {
    if (finished) return;
    finished = true;
    done(error);
  };
  const { write, end } =
    declared > options.limit
      ? refuseAll(tooLarge(options.limit))
      : options.encoding === 'identity'
        ? plain(options, finish)
        : inflating(options, finish);
  let received = 0;
  request.on('data', (chunk: Buffer) => {
    received += chunk.length;
    if (finished) return discard(request, received, options.limit);
    try {
      if (received > options.limit) throw tooLarge(options.limit);
      write(chunk);
    } catch (error) {
      finish(error as Error);
    }
  });
  request.on('end', () => {
    if (finished) return;
    try {
      end();
    } catch (error) {
      finish(error as Error);
    }
  });
  const gone = (): void => finish(new Refusal('aborted', 400, 'The body ended early.'));
  request.on('error', gone);
  request.on('close', () => {
    if (!request.complete) gone();
  });
  if (declared > options.limit) finish(tooLarge(options.limit));
}

interface Decoder {
  readonly write: (chunk: Buffer) => void;
  readonly end: () => void;
}

const refuseAll = (refusal: Refusal): Decoder => ({
  write: () => {
    throw refusal;
  },
  end: () => undefined,
});

const plain = ({ take }: BodyOptions, finish: (error?: Error) => void): Decoder => ({ write: take, end: () => finish() });

/** A refused sender may go on for a while; one that sends without end is cut off. */
function discard(request: IncomingMessage, received: number, limit: number): void {
  if (received > limit * 4) request.destroy();
}

/** A bare deflate stream has no zlib header, whose low four bits are 8; some clients send one. */
const hasZlibHeader = (chunk: Buffer): boolean => (chunk[0]! & 0x0f) === 8;

function inflating({ encoding, limit, take }: BodyOptions, finish: (error?: Error) => void): Decoder {
  const small: Buffer[] = [];
  let size = 0;
  let stream: ReturnType<typeof createGunzip> | undefined;

  const startStream = (): ReturnType<typeof createGunzip> => {
    let inflated = 0;
    const started =
      encoding === 'gzip'
        ? createGunzip()
        : encoding === 'br'
          ? createBrotliDecompress()
          : hasZlibHeader(small[0]!)
            ? createInflate()
            : createInflateRaw();
    const stop = (error: Error): void => {
      finish(error);
      started.destroy();
    };
    started.on('data', (chunk: Buffer) => {
      inflated += chunk.length;
      if (inflated > limit) return stop(tooLarge(limit));
      try {
        take(chunk);
      } catch (error) {
        stop(error as Error);
      }
    });
    started.on('error', () => finish(badEncoding(encoding)));
    started.on('end', () => finish());
    return started as ReturnType<typeof createGunzip>;
  };

  return {
    write: (chunk) => {
      size += chunk.length;
      if (stream) stream.write(chunk);
      else {
        small.push(chunk);
        if (size > INFLATE_AT_ONCE_BYTES) {
          stream = startStream();
          for (const part of small) stream.write(part);
          small.length = 0;
        }
      }
    },
    end: () => {
      if (stream) return void stream.end();
      if (size === 0) throw badEncoding(encoding);
      take(inflateAtOnce(small.length === 1 ? small[0]! : Buffer.concat(small), encoding, limit));
      finish();
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
    throw (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? tooLarge(limit) : badEncoding(encoding);
  }
}
