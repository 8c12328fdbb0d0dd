import { headerListOf, headersOf, readTopic } from '@iot/kafka';
import { deadLetter, type DeadLetter } from './dead-letter.js';
import { DeadLettersRefusal, type DeadLetterLog } from './log.js';

/**
 * Reads dead letters in order of their partition. `onLetters` returns false to stop after these.
 * @returns where to go on: the first offset of each partition that was not read
 * @throws DeadLettersRefusal when there is no dead-letter topic
 */
export async function readDeadLetters(
  { kafka, admin, config }: DeadLetterLog,
  onLetters: (letters: DeadLetter[]) => void | boolean,
  range: { from?: ReadonlyMap<number, number>; to?: ReadonlyMap<number, number> } = {},
): Promise<Map<number, number>> {
  const { DLQ_TOPIC: dlq, TELEMETRY_TOPIC } = config;
  if (!(await admin.listTopics()).includes(dlq))
    throw new DeadLettersRefusal(
      'no topic',
      `there is no topic ${dlq}: nothing has failed yet, or DLQ_TOPIC names another one`,
    );
  return readTopic(
    kafka,
    dlq,
    ({ partition, messages }) =>
      onLetters(
        messages.map((message) => {
          const { key, value, timestamp, offset } = message;
          const headers = headersOf(headerListOf(message));
          return deadLetter(
            `${dlq}/${partition}/${offset}`,
            { key, value, timestamp, headers },
            TELEMETRY_TOPIC,
          );
        }),
      ),
    range,
  );
}
