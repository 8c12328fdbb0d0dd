import type { OutgoingRecord } from '@iot/kafka';
import { encodeReading, type Reading } from '@iot/telemetry';

/**
 * What every record of a request shares: when it arrived (epoch ms, in decimal), and the trace it
 * belongs to.
 */
export interface Envelope {
  readonly timestamp: string;
  readonly headers?: Record<string, string>;
}

const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** @param traceparent the W3C header as received; what is not well-formed is left out */
export function envelope(receivedAt: number, traceparent: string | undefined): Envelope {
  const timestamp = String(receivedAt);
  return traceparent !== undefined && TRACEPARENT.test(traceparent)
    ? { timestamp, headers: { traceparent } }
    : { timestamp };
}

/**
 * The Kafka record of a reading: keyed by device, its value the reading with `event_id` and `ts`.
 */
export function recordOf(reading: Reading, { timestamp, headers }: Envelope): OutgoingRecord {
  const key = reading.deviceId;
  const value = encodeReading(reading);
  return headers === undefined ? { key, value, timestamp } : { key, value, timestamp, headers };
}
