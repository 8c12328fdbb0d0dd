import type { RawDocument } from '@iot/mongo';
import type { LogEvent } from './event.js';

const FIXED = new Set([
  '_id',
  'event_id',
  'device_id',
  'ts',
  'received_at',
  'lat',
  'lon',
  'attributes',
  'source',
]);

/**
 * What a document's `_id` is: events are told apart by it. An event's id is unique within its
 * device.
 */
export const keyOf = (device: string, id: string): string => `${device}/${id}`;

/**
 * The event's id; where `_id` is not made of it, `_id`, which is no record's. Documents of an older
 * version have the event's id there.
 */
const idOf = ({ _id, device_id: deviceId, event_id: eventId }: RawDocument): string =>
  eventId !== undefined && _id === keyOf(deviceId, eventId) ? eventId : _id;

/**
 * The event that a raw document holds. Every other field is taken for a sensor's, also one that is
 * no number: it differs from any record.
 */
export function eventOfDocument(document: RawDocument): LogEvent {
  const values: [string, number][] = [];
  for (const field in document)
    if (!FIXED.has(field)) values.push([field, document[field] as number]);
  const { device_id: device, lat, lon, attributes } = document;
  const location = lat === undefined || lon === undefined ? {} : { lat, lon };
  return {
    id: idOf(document),
    device,
    ts: document.ts.getTime(),
    receivedAt: document.received_at.getTime(),
    values,
    ...location,
    ...(attributes !== undefined && { attributes }),
  };
}
