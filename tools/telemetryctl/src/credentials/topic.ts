import {
  CREDENTIALS_GROUPS,
  credentialsTopic,
  decodeCredential,
  encodeCredential,
  type CredentialRecord,
} from '@iot/credentials';
import { ensureTopics, TopicTable } from '@iot/kafka';
import { createLogger } from '@iot/service';
import type { Platform } from '../connection/platform.js';
import { CommandError, EXIT } from '../exit.js';

/** What stands in the topic, by id. A record that cannot be read has none. */
export type Held = Map<string, CredentialRecord | undefined>;

const READ_WITHIN_MS = 60_000;

/** Reads the whole topic, which is made when it is not there. */
export async function readCredentials({ config, kafka }: Platform): Promise<Held> {
  const { CREDENTIALS_TOPIC, KAFKA_REPLICATION_FACTOR } = config;
  const table = new TopicTable<Held>({
    kafka,
    topic: credentialsTopic(CREDENTIALS_TOPIC, KAFKA_REPLICATION_FACTOR),
    groupPrefix: CREDENTIALS_GROUPS,
    empty: () => new Map(),
    apply: (held, id, value) =>
      void (value ? held.set(id, decodeCredential(value)) : held.delete(id)),
    log: createLogger('telemetryctl', 'silent'),
  });
  table.start();
  try {
    const held = await table.complete(READ_WITHIN_MS);
    if (held) return held;
    throw new CommandError(
      `${CREDENTIALS_TOPIC} could not be read within ${READ_WITHIN_MS / 1000} s`,
      EXIT.failed,
    );
  } finally {
    await table.close();
  }
}

/** Writes records, durably. @param records null: the credential is to be gone */
export async function writeCredentials(
  { admin, config, kafka }: Platform,
  records: ReadonlyMap<string, CredentialRecord | null>,
): Promise<void> {
  const { CREDENTIALS_TOPIC, KAFKA_REPLICATION_FACTOR } = config;
  await ensureTopics(admin, [credentialsTopic(CREDENTIALS_TOPIC, KAFKA_REPLICATION_FACTOR)]);
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  try {
    const messages = [...records].map(([key, record]) => ({
      key,
      value: record && encodeCredential(record),
    }));
    await producer.send({ topic: CREDENTIALS_TOPIC, acks: -1, messages });
  } finally {
    await producer.disconnect();
  }
}
