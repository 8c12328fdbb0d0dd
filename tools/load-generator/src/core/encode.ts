import type { LoadEvent } from './event.js';

/** How a batch is written. */
export const FORMATS = ['json', 'ndjson'] as const;
export type Format = (typeof FORMATS)[number];

/** The body of a request: one reading, a JSON array, or NDJSON. */
export function encode(events: readonly LoadEvent[], batched: boolean, format: Format): string {
  if (!batched) return events[0]!.reading.json;
  const separator = format === 'json' ? ',' : '\n';
  let text = events[0]!.reading.json;
  for (let index = 1; index < events.length; index++)
    text += separator + events[index]!.reading.json;
  return format === 'json' ? `[${text}]` : `${text}\n`;
}
