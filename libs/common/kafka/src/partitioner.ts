import { Partitioners, type ICustomPartitioner } from 'kafkajs';

const SEED = 0x9747b28c;
const M = 0x5bd1e995;

/** The hash that Kafka's own clients partition by, of a text in UTF-8, as a 32-bit number. */
export function murmur2(key: string): number {
  let ascii = true;
  for (let i = 0; i < key.length && ascii; i++) ascii = key.charCodeAt(i) < 128;
  const data = ascii ? key : Buffer.from(key).toString('latin1');
  const { length } = data;
  let h = SEED ^ length;
  let i = 0;
  for (; i + 4 <= length; i += 4) {
    let k =
      data.charCodeAt(i) |
      (data.charCodeAt(i + 1) << 8) |
      (data.charCodeAt(i + 2) << 16) |
      (data.charCodeAt(i + 3) << 24);
    k = Math.imul(k, M);
    k ^= k >>> 24;
    h = Math.imul(h, M) ^ Math.imul(k, M);
  }
  const rest = length - i;
  if (rest === 3) h ^= data.charCodeAt(i + 2) << 16;
  if (rest >= 2) h ^= data.charCodeAt(i + 1) << 8;
  if (rest >= 1) h = Math.imul(h ^ data.charCodeAt(i), M);
  h ^= h >>> 13;
  h = Math.imul(h, M);
  return h ^ (h >>> 15);
}

/**
 * Puts records where Kafka's own clients put them, as kafkajs's DefaultPartitioner does, which
 * reckons with BigInts.
 */
export const keyPartitioner: ICustomPartitioner = () => {
  const other = Partitioners.DefaultPartitioner();
  return (args) => {
    const { key, partition } = args.message;
    if (typeof key !== 'string' || typeof partition === 'number') return other(args);
    return (murmur2(key) & 0x7fffffff) % args.partitionMetadata.length;
  };
};
