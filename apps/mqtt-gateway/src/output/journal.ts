import type { TelemetryOutput } from '@iot/intake';
import { readTopic, type GroupCommitProducer, type Kafka, type TopicSettings } from '@iot/kafka';
import type { Limits, Written } from '../core/deliveries.js';
import { Reading, type Entry } from '../core/entry.js';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/**
 * The topic of the journal: the last entry of each packet id of each session.
 * @param keptMs how long a session may be away
 */
export const journalTopic = (
  topic: string,
  replicationFactor: number,
  keptMs: number,
): TopicSettings => ({
  topic,
  // As many gateways of one group at most.
  numPartitions: 12,
  replicationFactor,
  configEntries: [
    { name: 'cleanup.policy', value: 'compact,delete' },
    { name: 'retention.ms', value: String(keptMs + DAY_MS) },
    { name: 'segment.ms', value: String(HOUR_MS) },
    { name: 'segment.bytes', value: String(16 * 1024 * 1024) },
  ],
});

/**
 * Writes down as what a message was taken, before its readings go to Kafka: a process that dies
 * between Kafka's acknowledgement and its own leaves messages that come again to the next one, and
 * that must take them as the same readings.
 */
export class Journal {
  private readonly producer: GroupCommitProducer;

  constructor(
    output: TelemetryOutput,
    private readonly topic: string,
  ) {
    this.producer = output.elsewhere((producer, messages) =>
      producer.send({ topic, messages, acks: -1 }),
    );
  }

  /** Resolves when Kafka has them. */
  write(entries: readonly Entry[]): Promise<void> {
    const timestamp = String(Date.now());
    return this.producer.send(entries.map((entry) => ({ ...entry, timestamp })));
  }

  /** What was written of a session. */
  async read(kafka: Kafka, session: string, limits: Limits): Promise<Written> {
    const reading = new Reading(session);
    await readTopic(kafka, this.topic, ({ messages }) => {
      for (const { key, value } of messages)
        reading.add({ key: String(key), value: String(value) });
    });
    return reading.written(limits);
  }
}
