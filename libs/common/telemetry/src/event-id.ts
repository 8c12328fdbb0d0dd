import { hash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import type { Reading } from './reading.js';

/**
 * The id of a reading that brought none: the same device, time, values and attributes give the same
 * id, so a reading sent twice is one event. Independent of the order of sensors. 22 base64url characters: 132
 * bits of SHA-256.
 */
export function derivedEventId(reading: Omit<Reading, 'eventId'>): string {
  const { deviceId, ts, values, lat, lon, attributes } = reading;
  let text = `${deviceId}|${ts}`;
  for (const name of sorted(Object.keys(values))) text += `|${name}=${values[name]}`;
  if (lat !== undefined) text += `|@${lat},${lon}`;
  if (attributes !== undefined) text += `|${attributes}`;
  return hash('sha256', text, 'base64url').slice(0, 22);
}

/**
 * A device sends its fields in the same order each time; sorting the few of them costs more than
 * looking.
 */
function sorted(names: string[]): string[] {
  for (let i = 1; i < names.length; i++) if (names[i - 1]! > names[i]!) return names.sort();
  return names;
}

/**
 * What names an event among all events, as `telemetry_raw._id` does: its id names it within its
 * device only. The slash is in neither of the two alphabets.
 */
export const eventKey = ({ deviceId, eventId }: Pick<Reading, 'deviceId' | 'eventId'>): string =>
  `${deviceId}/${eventId}`;

/** The id of a record that has neither an event id nor a time of its own: its place in the log. */
export function positionEventId(topic: string, partition: number, offset: string): string {
  return hash('sha256', `${topic}/${partition}/${offset}`, 'base64url').slice(0, 22);
}

/** The id of a reading that has neither an event id nor a time: UUIDv7, new each time. */
export const newEventId = (): string => uuidv7();
