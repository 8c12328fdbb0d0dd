import { createRequire } from 'node:module';
import { Cursor, Malformed } from './fetch-cursor.js';
import type { Fetched } from './fetched-message.js';
import { Inflation } from './inflation.js';
import { isForTheLibrary } from './library-decoding.js';
import { MAGIC_AT, readMessage } from './message-set.js';
import { Aborted, BATCH_HEADER_BYTES, readBatch } from './record-batch.js';

/** What kafkajs makes of a fetch response, as far as it uses it. */
interface FetchResponse {
  readonly throttleTime: 0;
  readonly clientSideThrottleTime: number;
  readonly errorCode: number;
  readonly sessionId: number;
  readonly responses: { topicName: string; partitions: PartitionResponse[] }[];
}

interface PartitionResponse {
  readonly partition: number;
  readonly errorCode: number;
  readonly highWatermark: string;
  readonly lastStableOffset: string;
  readonly lastStartOffset: string;
  /** Always empty: what was taken back is hidden already. */
  readonly abortedTransactions: [];
  readonly preferredReadReplica: number;
  readonly messages: Fetched[];
  /** Bytes of records that the broker sent. */
  readonly recordSetBytes: number;
}

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
let done = false;
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
  if (done) return;
  done = true;
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

/** A partition's place in a response, before its records are read. */
interface RecordSet {
  readonly start: number;
  readonly end: number;
  readonly aborted: Aborted | undefined;
  readonly into: Fetched[];
}

/**
 * A whole response of version 11.
 * @param first which partition's records are read first, of those that have any
 * @throws Malformed or RangeError for bytes that are none
 */
export function decodeFetch(bytes: Buffer, first = 0, inflation = new Inflation()): FetchResponse {
  const cursor = new Cursor(bytes);
  const clientSideThrottleTime = cursor.int32();
  const errorCode = cursor.int16();
  const sessionId = cursor.int32();
  const sets: RecordSet[] = [];
  const responses = cursor.array(() => ({
    topicName: cursor.string(),
    partitions: cursor.array(() => partitionResponse(cursor, sets)),
  }));
  for (let i = 0; i < sets.length; i++)
    readRecordSet(bytes, sets[(first + i) % sets.length]!, inflation);
  return { throttleTime: 0, clientSideThrottleTime, errorCode, sessionId, responses };
}

function partitionResponse(cursor: Cursor, sets: RecordSet[]): PartitionResponse {
  const partition = cursor.int32();
  const errorCode = cursor.int16();
  const highWatermark = String(cursor.int64());
  const lastStableOffset = String(cursor.int64());
  const lastStartOffset = String(cursor.int64());
  const aborted = cursor.array(() => ({
    producerId: BigInt(cursor.exactInt64()),
    firstOffset: BigInt(cursor.exactInt64()),
  }));
  const preferredReadReplica = cursor.int32();
  const messages: Fetched[] = [];
  const recordSetBytes = Math.max(0, cursor.int32());
  const start = cursor.at;
  cursor.at += recordSetBytes;
  if (cursor.at > cursor.bytes.length) throw new Malformed('a record set that is cut off');
  if (recordSetBytes > 0)
    sets.push({
      start,
      end: cursor.at,
      aborted: aborted.length > 0 ? new Aborted(aborted) : undefined,
      into: messages,
    });
  return {
    partition,
    errorCode,
    highWatermark,
    lastStableOffset,
    lastStartOffset,
    abortedTransactions: [],
    preferredReadReplica,
    messages,
    recordSetBytes,
  };
}

function readRecordSet(
  bytes: Buffer,
  { start, end, aborted, into }: RecordSet,
  inflation: Inflation,
): void {
  const cursor = new Cursor(bytes, start);
  while (end - cursor.at > MAGIC_AT) {
    const old = bytes[cursor.at + MAGIC_AT]! < 2;
    if (!old && end - cursor.at < BATCH_HEADER_BYTES) return;
    if (
      !(old
        ? readMessage(cursor, end, into, inflation)
        : readBatch(cursor, end, into, aborted, inflation))
    )
      return;
  }
}
