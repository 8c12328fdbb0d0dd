import type { IHeaders } from 'kafkajs';

/** One header of a record. The name is text, or bytes where these are no UTF-8. */
export type RecordHeader = readonly [name: string | Buffer, value: Buffer | string | null];

/**
 * Headers as Kafka has them: in order, any name any number of times, values that may be missing. An
 * object by names can hold none of that, and has names of its own (`constructor`) that a producer
 * may use.
 */
export type RecordHeaders = readonly RecordHeader[];

export const NO_HEADERS: RecordHeaders = Object.freeze([]);

/** Headers as an ordered list, whichever way they come. */
export function headersOf(headers: RecordHeaders | IHeaders | undefined): RecordHeaders {
  if (headers === undefined) return NO_HEADERS;
  if (isList(headers)) return headers;
  return Object.entries(headers).flatMap(([name, value]) =>
    Array.isArray(value)
      ? value.map((one): RecordHeader => [name, one])
      : [[name, value ?? null] as const],
  );
}

/**
 * The text of a header, the last value where it occurs more than once; undefined when absent or
 * without a value.
 */
export function headerText(
  headers: RecordHeaders | IHeaders | undefined,
  name: string,
): string | undefined {
  if (headers === undefined) return undefined;
  if (isList(headers)) {
    for (let i = headers.length - 1; i >= 0; i--)
      if (headers[i]![0] === name) return headers[i]![1]?.toString();
    return undefined;
  }
  const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
  const last = Array.isArray(value) ? value.at(-1) : value;
  return last?.toString();
}

/**
 * These headers with others in their place: every header of a name given goes, and what has a value
 * is appended.
 */
export function withHeaders(
  headers: RecordHeaders,
  replaced: Readonly<Record<string, string | undefined>>,
): RecordHeaders {
  const kept = headers.filter(
    ([name]) => typeof name !== 'string' || !Object.hasOwn(replaced, name),
  );
  for (const [name, value] of Object.entries(replaced))
    if (value !== undefined) kept.push([name, value]);
  return kept;
}

/** As kafkajs gives headers: an object by names, here one that has no others. */
export function asKafkaJsHeaders(headers: RecordHeaders): IHeaders {
  const object = Object.create(null) as Record<string, unknown>;
  for (const [given, value] of headers) {
    const name = given.toString();
    const earlier = object[name];
    if (!(name in object)) object[name] = value;
    else if (Array.isArray(earlier)) earlier.push(value);
    else object[name] = [earlier, value];
  }
  return object as IHeaders;
}

/** As kafkajs's own encoder takes them: it can write no header without a value. */
export const asWritableHeaders = (headers: RecordHeaders): IHeaders =>
  asKafkaJsHeaders(headers.map(([name, value]): RecordHeader => [name, value ?? '']));

const isList = (headers: RecordHeaders | IHeaders): headers is RecordHeaders =>
  Array.isArray(headers);
