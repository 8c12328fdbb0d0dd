import {
  headerListOf,
  isOurHeader,
  producedHeaders,
  readTopic,
  SET_ASIDE_HEADER,
  UnreadableBatch,
  withHeaders,
} from '@iot/kafka';
import type { DeadLetter, DeadRecord } from './dead-letter.js';
import type { DeadLetterLog } from './log.js';

const NO_CUTS = Object.fromEntries(
  [SET_ASIDE_HEADER.valueCut, SET_ASIDE_HEADER.keyCut, SET_ASIDE_HEADER.headersCut].map((name) => [
    name,
    undefined,
  ]),
);

/**
 * The whole record of a dead letter of which a part was cut: read from where it failed, and with
 * what the letter says of the failure. Undefined when the log does not have it any more.
 */
export async function wholeRecord(
  { kafka, admin }: DeadLetterLog,
  letter: DeadLetter,
): Promise<DeadRecord | undefined> {
  if (!(await admin.listTopics()).includes(letter.topic)) return undefined;
  const { partition, offset } = letter.from;
  let found: DeadRecord | undefined;
  await readTopic(
    kafka,
    letter.topic,
    ({ messages: [message] }) => {
      if (
        message === undefined ||
        (message as unknown) instanceof UnreadableBatch ||
        Number(message.offset) !== offset
      )
        return;
      const { key, value } = message;
      const ofFailure = withHeaders(letter.record.headers, NO_CUTS).filter(isOurHeader);
      const own = producedHeaders(headerListOf(message) as DeadRecord['headers']);
      found = { key, value, timestamp: letter.record.timestamp, headers: [...own, ...ofFailure] };
    },
    { from: new Map([[partition, offset]]), to: new Map([[partition, offset + 1]]) },
  );
  return found;
}
