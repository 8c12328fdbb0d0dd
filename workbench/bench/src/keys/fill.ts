import { hash } from 'node:crypto';
import { encodeCredential } from '@iot/credentials';
import type { Kafka } from '@iot/kafka';

/** kafkajs groups the messages of a send in quadratic time. */
const MESSAGES_PER_SEND = 1500;
const ID_DIGITS = 11;

/** Device n of those that have keys: 32 characters, as a real fleet may have. */
export const keyedDevice = (n: number): string =>
  `plant-7.line-3.press-${String(n).padStart(11, '0')}`;

/** Writes so many single keys to the topic, each for one device; nobody has their secrets. */
export async function fillKeys(kafka: Kafka, topic: string, count: number): Promise<void> {
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  const message = (n: number) => ({
    key: `k${String(n).padStart(ID_DIGITS, '0')}`,
    value: encodeCredential({
      kind: 'key',
      name: keyedDevice(n),
      scope: keyedDevice(n),
      created_at: 1_800_000_000_000,
      secrets: [{ sha256: hash('sha256', String(n), 'base64url') }],
    }),
  });
  try {
    for (let from = 0; from < count; from += MESSAGES_PER_SEND) {
      const length = Math.min(MESSAGES_PER_SEND, count - from);
      const messages = Array.from({ length }, (_, i) => message(from + i));
      await producer.send({ topic, messages, acks: -1 });
    }
  } finally {
    await producer.disconnect();
  }
}
