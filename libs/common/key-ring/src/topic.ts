import {
  credentialsTopic,
  decodeCredential,
  encodeCredential,
  type CredentialRecord,
} from '@iot/credentials';
import { ensureTopics, readTopic, topicRanges, type Admin, type Kafka } from '@iot/kafka';

/** What stands in the topic, by id. A record that cannot be read has none. */
export type Held = Map<string, CredentialRecord | undefined>;

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

/** Reads the whole topic, which is made when it is not there. */
export async function readCredentials(ring: Ring): Promise<Held> {
  const { admin, config, kafka } = ring;
  const topic = await ensured(ring);
  const ends = new Map(
    (await topicRanges(admin, topic)).map(({ partition, end }) => [partition, end]),
  );
  const held: Held = new Map();
  const read = await readTopic(
    kafka,
    topic,
    ({ messages }) => {
      for (const { key, value } of messages)
        if (key && value) held.set(key.toString(), decodeCredential(value));
        else if (key) held.delete(key.toString());
    },
    { to: ends },
  );
  for (const [partition, end] of ends)
    if (read.get(partition)! < end)
      throw new IncompleteTopic(`${config.CREDENTIALS_TOPIC} could not be read to its end`);
  return held;
}

/** The topic of the keys, made when it is not there. */
async function ensured({ admin, config }: Ring): Promise<string> {
  const { CREDENTIALS_TOPIC, KAFKA_REPLICATION_FACTOR } = config;
  await ensureTopics(admin, [credentialsTopic(CREDENTIALS_TOPIC, KAFKA_REPLICATION_FACTOR)]);
  return CREDENTIALS_TOPIC;
}

/** Writes records, durably. @param records null: the credential is to be gone */
export async function writeCredentials(
  ring: Ring,
  records: ReadonlyMap<string, CredentialRecord | null>,
): Promise<void> {
  const topic = await ensured(ring);
  const producer = ring.kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  try {
    const messages = [...records].map(([key, record]) => ({
      key,
      value: record && encodeCredential(record),
    }));
    await producer.send({ topic, acks: -1, messages });
  } finally {
    await producer.disconnect();
  }
}
