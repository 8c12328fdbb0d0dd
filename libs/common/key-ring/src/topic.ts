import { credentialsTopic, type CredentialRecord } from '@iot/credentials';
import { ensureTopics, readTopic, topicRanges, type Admin, type Kafka } from '@iot/kafka';
import {
  changeLog,
  writtenRecords,
  type Change,
  type CredentialLog,
  type LogEnd,
} from './change.js';
import { fold, type Held, type WrittenRecord } from './fold.js';

/** Where the topic is; the admin is connected. */
export interface Ring {
  readonly kafka: Kafka;
  readonly admin: Admin;
  readonly config: {
    readonly CREDENTIALS_TOPIC: string;
    readonly KAFKA_REPLICATION_FACTOR: number;
  };
}

class IncompleteTopic extends Error {
  override readonly name = 'IncompleteTopic';
}
export const isIncomplete = (error: unknown): boolean => error instanceof IncompleteTopic;

/** Of one request; a record has a few hundred bytes. */
const MOST_RECORDS = 1000;

/** Reads the whole topic, which is made when it is not there. */
export async function readCredentials(ring: Ring): Promise<Held> {
  const held: Held = new Map();
  await (await logOf(ring)).read(undefined, (record) => fold(held, record));
  return held;
}

/**
 * Writes records, durably, whatever stands in the topic.
 * @param records null: the credential is to be gone
 */
export async function writeCredentials(
  ring: Ring,
  records: ReadonlyMap<string, CredentialRecord | null>,
): Promise<void> {
  await (await logOf(ring)).append(writtenRecords(records), new Map());
}

/**
 * Changes what stands in the topic ({@link changeLog}).
 * @param make is called again where another's change came in between
 * @param before is awaited once, before anything is written
 * @throws Contended
 */
export async function changeCredentials<T extends Change>(
  ring: Ring,
  make: (held: Held) => T,
  before?: (made: T) => Promise<void>,
): Promise<T> {
  return changeLog(await logOf(ring), make, before);
}

/** The topic of the keys, made when it is not there. */
async function logOf(ring: Ring): Promise<CredentialLog> {
  const { CREDENTIALS_TOPIC, KAFKA_REPLICATION_FACTOR } = ring.config;
  await ensureTopics(ring.admin, [credentialsTopic(CREDENTIALS_TOPIC, KAFKA_REPLICATION_FACTOR)]);
  return {
    read: (from, onRecord) => read(ring, from, onRecord),
    append: (records, end) => append(ring, records, end),
  };
}

async function read(
  { admin, kafka, config: { CREDENTIALS_TOPIC: topic } }: Ring,
  from: LogEnd | undefined,
  onRecord: (record: WrittenRecord) => void,
): Promise<LogEnd> {
  const ranges = await topicRanges(admin, topic);
  const to = new Map(ranges.map(({ partition, end }) => [partition, end]));
  const positions = await readTopic(
    kafka,
    topic,
    ({ messages }) => {
      for (const { key, value } of messages) if (key) onRecord({ key: key.toString(), value });
    },
    { to, ...(from && { from }) },
  );
  for (const [partition, end] of to)
    if (positions.get(partition)! < end)
      throw new IncompleteTopic(`${topic} could not be read to its end`);
  return to;
}

async function append(
  { kafka, config: { CREDENTIALS_TOPIC: topic } }: Ring,
  records: readonly WrittenRecord[],
  end: LogEnd,
): Promise<boolean> {
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  try {
    let follows = records.length <= MOST_RECORDS;
    for (let i = 0; i < records.length; i += MOST_RECORDS) {
      const messages = records.slice(i, i + MOST_RECORDS).map(({ key, value }) => ({
        key,
        value: value && Buffer.from(value),
      }));
      const written = await producer.send({ topic, acks: -1, messages });
      follows &&= written.every(
        ({ partition, baseOffset }) => Number(baseOffset) === end.get(partition),
      );
    }
    return follows;
  } finally {
    await producer.disconnect();
  }
}
