import type { RawDocument } from '@iot/common/mongo';
import type { LogEvent } from './event.js';

const FIXED = new Set(['_id', 'device_id', 'ts', 'received_at', 'lat', 'lon', 'source']);

/** The event that a raw document holds. Every other field is taken for a sensor's, also one that is no number: it differs from any record. */
export function eventOfDocument(document: RawDocument): LogEvent {
  const values: [string, number][] = [];
  for (const field in document) if (!FIXED.has(field)) values.push([field, document[field] as number]);
  const { _id: id, device_id: device, lat, lon } = document;
  const place = lat === undefined || lon === undefined ? {} : { lat, lon };
  return { id, device, ts: document.ts.getTime(), arrivedAt: document.received_at.getTime(), values, ...place };
}
