import { timeText } from '@iot/printable';
import type { RawDocument } from '@iot/mongo';
import type { LogEvent } from './event.js';
import { eventOfDocument } from './raw-document.js';

/** A record that has the id of a stored event, and says something else. */
export interface DifferingCopy {
  /** Where the record stands. */
  readonly subject: string;
  readonly detail: string;
}

/**
 * Duplicates that are none in what they say: all of them counted, the first `limit` kept. No
 * discrepancy, as the platform did what the contract says: an id names one event of its device, and
 * its first reading counts. But whoever sends them loses readings, and should know.
 */
export class DifferingCopies {
  readonly shown: DifferingCopy[] = [];
  count = 0;

  constructor(private readonly limit: number) {}

  compare(copy: LogEvent, source: string, document: RawDocument): void {
    const stored = eventOfDocument(document);
    const differences = differencesOf(copy, stored);
    if (differences.length === 0) return;
    this.count++;
    if (this.shown.length >= this.limit) return;
    const detail = `event ${copy.id} of ${copy.device} is stored from ${document.source}: ${differences.join('; ')}`;
    this.shown.push({ subject: source, detail });
  }
}

function differencesOf(copy: LogEvent, stored: LogEvent): string[] {
  const [one, other] = [fieldsOf(copy), fieldsOf(stored)];
  const fields = [...new Set([...one.keys(), ...other.keys()])].filter(
    (field) => one.get(field) !== other.get(field),
  );
  const found = fields.map(
    (field) => `${field} is ${one.get(field) ?? 'absent'}, stored ${other.get(field) ?? 'absent'}`,
  );
  // A reading without a time has that of its arrival: sent again, it has another one and is still
  // the same.
  const sentWithoutTime = copy.ts === copy.receivedAt && stored.ts === stored.receivedAt;
  if (copy.ts !== stored.ts && !sentWithoutTime)
    found.unshift(`ts is ${timeText(copy.ts)}, stored ${timeText(stored.ts)}`);
  return found;
}

const fieldsOf = (event: LogEvent): Map<string, number | string> => {
  const { values, lat, lon, attributes } = event;
  return new Map<string, number | string>([
    ...values,
    ...(lat === undefined || lon === undefined
      ? []
      : ([
          ['lat', lat],
          ['lon', lon],
        ] as const)),
    ...(attributes === undefined ? [] : ([['attributes', attributes]] as const)),
  ]);
};
