import { traceContextOf } from '@iot/tracing';
import { headerText } from './headers.js';
import type { ConsumedRecord } from './record.js';

const LONGEST_KEY = 128;
/** A reading is smaller by far; what is larger is not looked through for a line. */
const LONGEST_VALUE = 65_536;
/** What cannot be read as JSON may say its id all the same. */
const EVENT_ID = /"event_id"\s*:\s*"([A-Za-z0-9._:-]{1,64})"/;

/** A W3C trace context, as a line of a log has it. */
export interface TraceIds {
  readonly trace_id?: string;
  readonly span_id?: string;
}

/** @param traceparent the W3C header; what is not well-formed says nothing */
export function traceIds(traceparent: string | undefined): TraceIds {
  const context = traceContextOf(traceparent);
  return context ? { trace_id: context.traceId, span_id: context.spanId } : {};
}

function eventId(value: Buffer | null): { readonly event_id?: string } {
  if (!value || value.length > LONGEST_VALUE) return {};
  const [, event_id] = EVENT_ID.exec(value.toString()) ?? [];
  return event_id === undefined ? {} : { event_id };
}

/**
 * What a line of a log says of the record that it is about: where it was produced, whose it is, and
 * the trace that brought it here.
 */
export function aboutRecord(record: ConsumedRecord) {
  const { topic, partition, offset, key, value } = record;
  const device_id = key && key.length <= LONGEST_KEY ? key.toString() : undefined;
  return {
    topic,
    partition,
    offset,
    ...(device_id && { device_id }),
    ...eventId(value),
    ...traceIds(headerText(record.headers, 'traceparent')),
  };
}
