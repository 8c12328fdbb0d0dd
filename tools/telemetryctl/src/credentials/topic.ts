import {
  credentialsTopic,
  decodeCredential,
  encodeCredential,
  type CredentialRecord,
} from '@iot/credentials';
import { ensureTopics, readTopic, topicRanges } from '@iot/kafka';
import type { Platform } from '../connection/platform.js';
import { CommandError, EXIT } from '../exit.js';

/** What stands in the topic, by id. A record that cannot be read has none. */
export type Held = Map<string, CredentialRecord | undefined>;

/** Reads the whole topic, which is made when it is not there. */
export async function readCredentials(platform: Platform): Promise<Held> {
  const { admin, config, kafka } = platform;
  const topic = await ensured(platform);
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
      throw new CommandError(
        `${config.CREDENTIALS_TOPIC} could not be read to its end`,
        EXIT.failed,
      );
  return held;
}

/** The topic of the keys, made when it is not there. */
async function ensured({ admin, config }: Platform): Promise<string> {
  const { CREDENTIALS_TOPIC, KAFKA_REPLICATION_FACTOR } = config;
  await ensureTopics(admin, [credentialsTopic(CREDENTIALS_TOPIC, KAFKA_REPLICATION_FACTOR)]);
  return CREDENTIALS_TOPIC;
}

/** Writes records, durably. @param records null: the credential is to be gone */
export async function writeCredentials(
  platform: Platform,
  records: ReadonlyMap<string, CredentialRecord | null>,
): Promise<void> {
  const topic = await ensured(platform);
  const producer = platform.kafka.producer({ allowAutoTopicCreation: false });
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
