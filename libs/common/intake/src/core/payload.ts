import type { ReadingParser } from '@iot/telemetry';
import type { Batch } from './batch.js';
import { LineSplitter } from './lines.js';
import { PayloadRefused } from './refusal.js';

/** What the readings of one payload may be. */
export interface ReadingLimits {
  /** Most bytes of one reading. */
  readonly maxBodyBytes: number;
  /** Most readings of one payload. */
  readonly maxBatchEvents: number;
}

/**
 * Fields of a reading that no sensor catalogue knows, and that a batch may have all the same, to be
 * told of them one by one.
 */
const SPARE_FIELDS = 4;

/** Values that readings may have in their attributes, on average: one may have many more. */
const ATTRIBUTE_VALUES = 16;

/** Values that a payload of one reading may have. */
export const MAX_READING_VALUES = 10_000;

/** Values that a payload may have: those of its readings, with room for what is wrong with some. */
export const mostValues = (readings: number, parser: ReadingParser): number =>
  readings * (parser.fieldCount + SPARE_FIELDS + ATTRIBUTE_VALUES);

/** @throws PayloadRefused (`empty`, `not_json`) */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw text.trim() === ''
      ? new PayloadRefused('empty', 'The body is empty.')
      : new PayloadRefused('not_json', 'The body is not valid JSON.');
  }
}

/** Adds the elements of an array. @throws PayloadRefused (`too_many`), having added none */
export function addAll(batch: Batch, items: readonly unknown[], maxBatchEvents: number): void {
  if (items.length > maxBatchEvents) throw tooMany(maxBatchEvents);
  for (let i = 0; i < items.length; i++) batch.add(i, items[i]);
}

/**
 * Takes NDJSON as it arrives, and adds each line once it is whole. Pushing, and ending, throws
 * PayloadRefused (`too_many`).
 */
export function readingLines(
  batch: Batch,
  { maxBodyBytes, maxBatchEvents }: ReadingLimits,
): LineSplitter {
  return new LineSplitter(maxBodyBytes, (index, text) => {
    if (batch.size >= maxBatchEvents) throw tooMany(maxBatchEvents);
    if (text === undefined)
      return batch.refuse(index, [{ field: '', message: `is longer than ${maxBodyBytes} bytes` }]);
    let body: unknown;
    try {
      body = JSON.parse(text);
    } catch {
      return batch.refuse(index, [{ field: '', message: 'is not valid JSON' }]);
    }
    batch.add(index, body);
  });
}

const tooMany = (limit: number): PayloadRefused =>
  new PayloadRefused('too_many', `A batch has at most ${limit} readings. Send it in parts.`);
