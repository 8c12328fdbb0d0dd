import { AsyncLocalStorage } from 'node:async_hooks';
import kafkajs from 'kafkajs';
import { CODEC, inflate } from './compression/inflate.js';
import { BATCH_LIMIT_BYTES } from './inflation.js';

// Node finds no export of this name in what kafkajs, a CommonJS module, gives.
const { CompressionCodecs, CompressionTypes } = kafkajs;

/** Set in what a reader does that wants kafkajs's own decoder. */
const decoding = new AsyncLocalStorage<'by the library'>();

/**
 * What `work` fetches, then and later, is decoded by kafkajs itself and by none of this folder's
 * code.
 */
export const decodedByTheLibrary = <T>(work: () => T): T => decoding.run('by the library', work);

/** Whether what is fetched here is for kafkajs's own decoder. */
export const isForTheLibrary = (): boolean => decoding.getStore() !== undefined;

/** Inflates what a producer has compressed. */
export type Inflate = (bytes: Buffer) => Buffer;

let given = false;

/** Gives kafkajs's decoder the codecs that it lacks. It never compresses with them. */
export function giveTheLibraryCodecs(
  codecs: Readonly<Record<'Snappy' | 'LZ4' | 'ZSTD', Inflate>>,
): void {
  given = true;
  for (const [name, inflate] of Object.entries(codecs) as ['Snappy' | 'LZ4' | 'ZSTD', Inflate][])
    CompressionCodecs[CompressionTypes[name]] = () => ({
      compress: () => Promise.reject(new Error(`${name} is there for reading`)),
      decompress: (bytes: Buffer) => Promise.resolve(inflate(bytes)),
    });
}

/** Those of this library, unless it was given others. */
export function giveTheMissingCodecs(): void {
  if (given) return;
  const by =
    (codec: number): Inflate =>
    (bytes) =>
      inflate(codec, bytes, BATCH_LIMIT_BYTES);
  giveTheLibraryCodecs({ Snappy: by(CODEC.snappy), LZ4: by(CODEC.lz4), ZSTD: by(CODEC.zstd) });
}
