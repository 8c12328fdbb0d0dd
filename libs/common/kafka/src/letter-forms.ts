import { withHeaders, type RecordHeaders } from './headers.js';
import { isOurHeader, SET_ASIDE_HEADER, type ConsumedRecord } from './record.js';

/** A record as it is sent to a retry topic or to the dead letters. */
export interface Form {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** Epoch ms in decimal. */
  readonly timestamp: string;
  readonly headers: RecordHeaders;
  readonly gzip: boolean;
}

/**
 * Of a value that is cut, so much is kept; half of what Kafka's smallest usual limit leaves, and
 * then so little that any topic takes it.
 */
const CUT_BYTES = 16 * 1024;
const LEAST_BYTES = 512;

/**
 * Whole forms of a record, for a topic that does not take it as it is: compressed, and at the
 * present where its own time is what the topic refuses (the headers keep it).
 * @param headers all that it is to have
 * @param now epoch ms
 */
export const wholeForms = (
  { key, value, receivedAtText }: ConsumedRecord,
  headers: RecordHeaders,
  now: number,
): readonly Form[] => [
  { key, value, headers, timestamp: receivedAtText, gzip: false },
  { key, value, headers, timestamp: receivedAtText, gzip: true },
  { key, value, headers, timestamp: String(now), gzip: true },
];

/**
 * What is left of a record that no whole form takes to the dead letters, with marks of what is
 * missing. A place to find the whole is in the headers.
 */
export function cutForms(
  record: ConsumedRecord,
  headers: RecordHeaders,
  now: number,
): readonly Form[] {
  const timestamp = String(now);
  const { key, value } = record;
  const some = cut(value, CUT_BYTES);
  const least = cut(value, LEAST_BYTES);
  const kept = headers.filter(isOurHeader);
  const keyTooLong = key !== null && key.length > LEAST_BYTES;
  return [
    { key, value: some.value, headers: withHeaders(headers, some.mark), timestamp, gzip: true },
    {
      key: keyTooLong ? null : key,
      value: least.value,
      headers: withHeaders(kept, {
        ...least.mark,
        [SET_ASIDE_HEADER.keyCut]: keyTooLong ? String(key.length) : undefined,
        [SET_ASIDE_HEADER.headersCut]:
          kept.length < headers.length ? String(headers.length - kept.length) : undefined,
      }),
      timestamp,
      gzip: true,
    },
  ];
}

function cut(
  value: Buffer | null,
  bytes: number,
): { value: Buffer | null; mark: Record<string, string> } {
  if (value === null || value.length <= bytes) return { value, mark: {} };
  return {
    value: value.subarray(0, bytes),
    mark: { [SET_ASIDE_HEADER.valueCut]: String(value.length) },
  };
}
