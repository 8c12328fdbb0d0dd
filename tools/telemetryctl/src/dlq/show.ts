import { shownJson, type DeadLetter } from '@iot/dead-letters';
import { printable, timeText } from '@iot/printable';

/** Characters of a value or a header that are shown; --json has all of them. */
const SHOWN = 1500;

export function shownText(letter: DeadLetter): string {
  const { key, value, timestamp, headers } = shownJson(letter);
  const line = (name: string, text: string): string =>
    `${name.padEnd(10)} ${printable(text, SHOWN)}`;
  const plain = (content: ReturnType<typeof shownJson>['value']): string =>
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
