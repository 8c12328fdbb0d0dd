import { createRequire } from 'node:module';
import { decodeFetch, type FetchResponse } from '../fetch-decoding.js';
import { isForTheLibrary } from '../library-decoding.js';

/**
 * Told how far a partition reaches, as a fetch response says it: the offset that the next record
 * gets. `empty`: the broker had nothing to give from the offset that was asked for.
 */
export type EndListener = (topic: string, partition: number, end: string, empty: boolean) => void;

type Decode = (bytes: Buffer) => Promise<Pick<FetchResponse, 'responses'>>;
type Protocol = (args: object) => { response: { decode: Decode } };

const require = createRequire(import.meta.url);
/** The version that kafkajs speaks with every broker since Kafka 2.3. */
const VERSION = 11;
const endListeners = new Set<EndListener>();
/**
 * Grows with each response: where several partitions want more than a fetch may inflate to, each
 * comes first in its turn.
 */
let turn = 0;

/**
 * From now on tells the end of each partition that any consumer of this process fetches from, also
 * of those where it finds nothing: kafkajs keeps that to itself. The function that is returned ends
 * it.
 */
export function onFetchedEnd(listener: EndListener): () => void {
  endListeners.add(listener);
  return () => void endListeners.delete(listener);
}

/**
 * kafkajs 2.2.4 makes a decoder, three buffers and five BigInts of each record it fetches, knows
 * one codec of four, inflates without a bound, and throws at what it cannot read, for ever. This
 * reads the same response in one pass and makes of a record only what is asked for.
 */
export function decodeFetchInOnePass(): void {
  const fetch = require('kafkajs/src/protocol/requests/fetch') as {
    protocol: (version: { version: number }) => Protocol;
  };
  const original = fetch.protocol;
  fetch.protocol = ({ version }) => {
    const protocol = original({ version });
    if (version !== VERSION) return protocol;
    return (args) => {
      const made = protocol(args);
      if (isForTheLibrary())
        return {
          ...made,
          response: { ...made.response, decode: byTheLibrary(made.response.decode) },
        };
      const decode: Decode = async (bytes) => {
        const response = decodeFetch(bytes, turn++);
        tellEnds(response);
        return response as unknown as Pick<FetchResponse, 'responses'>;
      };
      return { ...made, response: { ...made.response, decode } };
    };
  };
}

/**
 * What kafkajs cannot read at all, such as a damaged batch, is read as the workers do: it would ask
 * for it for ever, or give up.
 */
const byTheLibrary =
  (decode: Decode): Decode =>
  async (bytes) => {
    try {
      return await decode(bytes);
    } catch {
      return decodeFetch(bytes, turn++) as unknown as Awaited<ReturnType<Decode>>;
    }
  };

function tellEnds({ responses }: FetchResponse): void {
  for (const listener of endListeners)
    for (const { topicName, partitions } of responses)
      for (const { partition, errorCode, highWatermark, recordSetBytes } of partitions)
        if (errorCode === 0) listener(topicName, partition, highWatermark, recordSetBytes === 0);
}
