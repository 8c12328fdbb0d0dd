import type { DeadLetter } from './dead-letter.js';
import { letterJson } from './list.js';
import { DeadLettersRefusal, type DeadLetterLog } from './log.js';
import { parsePlace } from './place.js';
import { readDeadLetters } from './read-dead-letters.js';

/**
 * The dead letters at a place: of the dead-letter topic itself, or of the record that failed (one
 * for each group and failure).
 * @throws DeadLettersRefusal when the place is none, or nothing is there
 */
export async function findDeadLetters(log: DeadLetterLog, text: string): Promise<DeadLetter[]> {
  const place = parsePlace(text);
  if (!place)
    throw new DeadLettersRefusal(
      'no place',
      `"${text}" is no place; allowed: topic/partition/offset, such as telemetry.dlq/0/12 or telemetry.raw/3/456`,
    );
  const { topic, partition, offset } = place;
  const found: DeadLetter[] = [];
  const here = topic === log.config.DLQ_TOPIC;
  const range = here
    ? { from: new Map([[partition, offset]]), to: new Map([[partition, offset + 1]]) }
    : {};
  await readDeadLetters(
    log,
    (letters) =>
      void found.push(
        ...letters.filter((letter) => (here ? letter.place === text : letter.original === text)),
      ),
    range,
  );
  if (found.length === 0)
    throw new DeadLettersRefusal(
      'not there',
      `there is no dead letter at ${text}: see dlq list; retention may have removed it`,
    );
  return found;
}

const bytes = (content: Buffer | string | null): { text?: string; base64?: string } | null => {
  if (content === null) return null;
  const buffer = Buffer.from(content as string);
  const text = buffer.toString('utf8');
  return Buffer.from(text).equals(buffer) ? { text } : { base64: buffer.toString('base64') };
};

/** Everything of a dead letter; what is no text comes as base64. */
export function shownJson(letter: DeadLetter) {
  const { record, ...listed } = letter;
  const { key, value, timestamp, headers } = record;
  return {
    ...letterJson(listed),
    key: bytes(key),
    value: bytes(value),
    timestamp: Number(timestamp),
    headers: headers.map(([name, content]) => ({ name: name.toString(), value: bytes(content) })),
  };
}
