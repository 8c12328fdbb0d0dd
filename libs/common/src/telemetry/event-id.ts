import { hash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import type { Reading } from './reading.js';

/**
 * The id of a reading that brought none: the same device, time and values give the same id, so a reading sent twice is one event.
 * Independent of the order of fields. 22 base64url characters: 132 bits of SHA-256.
 */
export function derivedEventId(reading: Omit<Reading, 'event_id'>): string {
  const { device_id, ts, values, lat, lon } = reading;
  let text = `${device_id}|${ts}`;
  for (const name of Object.keys(values).sort()) text += `|${name}=${values[name]}`;
  if (lat !== undefined) text += `|@${lat},${lon}`;
  return hash('sha256', text, 'base64url').slice(0, 22);
}

/** The id of a record that has neither an event id nor a time of its own: its place in the log. */
export function positionEventId(topic: string, partition: number, offset: string): string {
  return hash('sha256', `${topic}/${partition}/${offset}`, 'base64url').slice(0, 22);
}

/** The id of a reading that has neither an event id nor a time: UUIDv7, new each time. */
export const newEventId = (): string => uuidv7();
