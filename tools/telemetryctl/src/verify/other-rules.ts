import type { RawDocument } from '@iot/mongo';
import type { SensorCatalogue } from '@iot/telemetry';
import { derivedId, LARGEST, type LogEvent, type OtherRule } from './event.js';
import { eventOfDocument } from './raw-document.js';
import type { Sources } from './sources.js';

/** Readings that are none by this command's rules and were taken, by the rule that differs. */
export type OtherRuleCounts = ReadonlyMap<OtherRule, number>;

/** The rule, for people. */
export const ruleText = (rule: OtherRule): string =>
  rule === 'value'
    ? `the largest size of a value, ${LARGEST}`
    : rule === 'SENSORS_FILE'
      ? 'the sensors of this SENSORS_FILE'
      : `this ${rule}`;

/**
 * Whether a stored event is this one but for the names of sensors that the catalogue does not have:
 * what the record calls by an alias is stored under the sensor's name.
 */
export function isButForNames(
  event: LogEvent,
  stored: LogEvent,
  catalogue: SensorCatalogue,
): boolean {
  if (event.device !== stored.device || event.ts !== stored.ts) return false;
  if (event.lat !== stored.lat || event.lon !== stored.lon) return false;
  if (event.attributes !== stored.attributes) return false;
  const others = new Map(stored.values);
  const rest: number[] = [];
  for (const [name, value] of event.values) {
    if (others.get(name) === value) others.delete(name);
    else if (catalogue.byName.has(name)) return false;
    else rest.push(value);
  }
  const [one, other] = [rest.sort(), [...others.values()].sort()];
  return one.length === other.length && one.every((value, i) => value === other[i]);
}

/** The same, and stored from this very record. */
export const isFromRecord = (
  event: LogEvent,
  stored: LogEvent,
  catalogue: SensorCatalogue,
): boolean =>
  event.receivedAt === stored.receivedAt &&
  (stored.id === event.id || stored.id === derivedId(stored)) &&
  isButForNames(event, stored, catalogue);

/**
 * What is stored of a reading whose sensors are not all known: from this record, else the same
 * reading from another. Its id may be made of names that are not known, so it is looked for by
 * device and time.
 */
export async function storedUnderOtherNames(
  raw: Sources['mongo']['raw'],
  event: LogEvent,
  source: string,
  catalogue: SensorCatalogue,
): Promise<RawDocument | undefined> {
  const ts = { $gte: new Date(event.ts), $lt: new Date(event.ts + 1) };
  const found = await raw.find({ device_id: event.device, ts }).toArray();
  return (
    found.find((document) => document.source === source) ??
    found.find((document) => isButForNames(event, eventOfDocument(document), catalogue))
  );
}
