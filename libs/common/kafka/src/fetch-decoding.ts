import { Cursor, Malformed } from './fetch-cursor.js';
import type { Fetched } from './fetched-message.js';
import { Inflation } from './inflation.js';
import { MAGIC_AT, readMessage } from './message-set.js';
import { Aborted, BATCH_HEADER_BYTES, readBatch } from './record-batch.js';

/** What kafkajs makes of a fetch response, as far as it uses it. */
export interface FetchResponse {
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

/** Where a partition stands in a response, before its records are read. */
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
