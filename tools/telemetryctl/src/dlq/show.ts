import { printable } from '@iot/printable';
import type { Platform } from '../connection/platform.js';
import { CommandError, EXIT } from '../exit.js';
import { timeText } from '../output/time-text.js';
import { parsePlace } from '../verify/log-index.js';
import type { DeadLetter } from './dead-letter.js';
import { letterJson } from './list.js';
import { readDeadLetters } from './read-dead-letters.js';

/**
 * The dead letters at a place: of the dead-letter topic itself, or of the record that failed (one
 * for each group and failure).
 * @throws CommandError when the place is none, or nothing is there
 */
export async function findDeadLetters(platform: Platform, text: string): Promise<DeadLetter[]> {
  const place = parsePlace(text);
  if (!place)
    throw new CommandError(
      `"${text}" is no place; allowed: topic/partition/offset, such as telemetry.dlq/0/12 or telemetry.raw/3/456`,
      EXIT.usage,
    );
  const { topic, partition, offset } = place;
  const found: DeadLetter[] = [];
  const here = topic === platform.config.DLQ_TOPIC;
  const range = here
    ? { from: new Map([[partition, offset]]), to: new Map([[partition, offset + 1]]) }
    : {};
  await readDeadLetters(
    platform,
    (letters) =>
      void found.push(
        ...letters.filter((letter) => (here ? letter.place === text : letter.original === text)),
      ),
    range,
  );
  if (found.length === 0)
    throw new CommandError(
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
  const { key, value, timestamp, headers } = letter.record;
  return {
    ...letterJson(letter),
    key: bytes(key),
    value: bytes(value),
    timestamp: Number(timestamp),
    headers: headers.map(([name, content]) => ({ name: name.toString(), value: bytes(content) })),
  };
}

/** Characters of a value or a header that are shown; --json has all of them. */
const SHOWN = 1500;

export function shownText(letter: DeadLetter): string {
  const { key, value, timestamp, headers } = shownJson(letter);
  const line = (name: string, text: string): string =>
    `${name.padEnd(10)} ${printable(text, SHOWN)}`;
  const plain = (content: ReturnType<typeof bytes>): string =>
    content?.text ?? (content?.base64 === undefined ? '(null)' : `(base64) ${content.base64}`);
  return [
    line('place', letter.place),
    ...(letter.foreign
      ? [line('foreign', letter.foreign)]
      : [line('record', letter.original), line('group', letter.group)]),
    ...(letter.cut
      ? [
          line(
            'cut',
            `${letter.cut}; the whole is at ${letter.original} for as long as the log keeps it`,
          ),
        ]
      : []),
    ...(letter.batchUntil
      ? [
          line(
            'batch',
            `the value is the batch of offsets up to ${letter.batchUntil}, as the log has it`,
          ),
        ]
      : []),
    line(
      'failed',
      `${timeText(letter.failedAt)}, ${letter.deliveries} deliveries, redriven ${letter.redrives} times`,
    ),
    line('error', `${letter.stage}: ${letter.reason}: ${letter.message}`),
    line('arrived', timeText(timestamp)),
    line('key', plain(key)),
    line('value', plain(value)),
    'headers',
    ...headers.map(
      ({ name, value: content }) =>
        `  ${printable(name, 100)}: ${printable(plain(content), SHOWN)}`,
    ),
  ].join('\n');
}
