import type { OutgoingRecord } from '@iot/kafka';
import { encodeReading, type Reading } from '@iot/telemetry';
import { handedOn } from '@iot/tracing';

/**
 * What every record of a request shares: when it arrived (epoch ms, in decimal), and the trace it
 * belongs to.
 */
export interface Envelope {
  readonly timestamp: string;
  readonly headers?: Record<string, string>;
}

/** @param given the W3C header traceparent as received; what is not well-formed is left out */
export function envelope(receivedAt: number, given: string | undefined): Envelope {
  const timestamp = String(receivedAt);
  const traceparent = handedOn(given);
  return traceparent === undefined ? { timestamp } : { timestamp, headers: { traceparent } };
}

/**
 * The Kafka record of a reading: keyed by device, its value the reading with `event_id` and `ts`.
 */
export function recordOf(reading: Reading, { timestamp, headers }: Envelope): OutgoingRecord {
  const key = reading.deviceId;
  const value = encodeReading(reading);
  return headers === undefined ? { key, value, timestamp } : { key, value, timestamp, headers };
}
