import { randomUUID } from 'node:crypto';
import { createKafka } from '@iot/kafka';
import { createLogger } from '@iot/service';
import type { IngestionConfig } from '../config.js';

/** A record as tests look at it. */
export interface Stored {
  readonly key: string;
  readonly value: Record<string, unknown>;
  readonly timestamp: number;
  readonly headers: Record<string, string>;
  readonly partition: number;
}

/** Everything that a topic holds. */
export async function allRecords(config: IngestionConfig, topic: string): Promise<Stored[]> {
  const kafka = createKafka(config, 'test', createLogger('test', 'silent'));
  const admin = kafka.admin();
  await admin.connect();
  const offsets = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  const expected = offsets.reduce((sum, { high }) => sum + Number(high), 0);
  const records: Stored[] = [];
  if (expected === 0) return records;
  const consumer = kafka.consumer({ groupId: randomUUID(), maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`read ${records.length} of ${expected} records`)),
      60_000,
    );
    void consumer.run({
      eachBatch: async ({ batch }) => {
        for (const message of batch.messages) {
          const headers = Object.fromEntries(
            Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]),
          );
          const value = JSON.parse(String(message.value)) as Record<string, unknown>;
          records.push({
            key: String(message.key),
            value,
            timestamp: Number(message.timestamp),
            headers,
            partition: batch.partition,
          });
        }
        if (records.length < expected) return;
        clearTimeout(timer);
        resolve();
      },
    });
  });
  await consumer.disconnect();
  return records;
}
