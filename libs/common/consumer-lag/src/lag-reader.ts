import type { Logger } from 'pino';
import type { Admin, KafkaEnv } from '@iot/kafka';

export type LagReaderEnv = KafkaEnv;

/** How far one consumer group is behind on a topic. */
export interface GroupLag {
  readonly group: string;
  /** Members that run. */
  readonly members: number;
  /** Records that it has not committed as handled. */
  readonly records: number;
  /** The same by partition: index is the partition. */
  readonly byPartition: readonly number[];
}

/** A topic and the groups that read it. */
export interface TopicLag {
  readonly topic: string;
  readonly partitions: number;
  /** Where each partition ends: so many records were ever written to it. */
  readonly ends: readonly number[];
  readonly groups: readonly GroupLag[];
  /** Records that the other topic holds; undefined: it is not there, or we may not see it. */
  readonly kept: number | undefined;
  /** When it was asked, epoch ms. */
  readonly at: number;
}

/** Somebody waits for the answer: no long time-outs, and hardly a retry. */
const HASTY = {
  requestTimeout: 2000,
  connectionTimeout: 1500,
  retry: { initialRetryTime: 100, maxRetryTime: 300, retries: 1 },
};

/**
 * Asks Kafka how far consumer groups are behind, for a process that has no other business with
 * Kafka: the client is loaded at the first question, and no connection is kept between questions.
 */
export class LagReader {
  /** @param kept a topic of which it also says how many records that holds */
  constructor(
    private readonly env: LagReaderEnv,
    private readonly groups: readonly string[],
    private readonly clientId: string,
    private readonly log: Logger,
    private readonly kept?: string,
  ) {}

  /** Loads the client, which the first question would do otherwise. */
  load(): Promise<typeof import('@iot/kafka')> {
    return import('@iot/kafka');
  }

  /** @throws the client's error, also when the topic does not exist */
  async read(): Promise<TopicLag> {
    const { createKafka } = await this.load();
    const admin = createKafka(this.env, this.clientId, this.log, HASTY).admin();
    try {
      await admin.connect();
      return await measure(admin, this.env.TELEMETRY_TOPIC, this.groups, this.kept);
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
  }
}

async function measure(
  admin: Admin,
  topic: string,
  groups: readonly string[],
  other: string | undefined,
): Promise<TopicLag> {
  // Asking for the offsets of a topic that is not there may create it.
  const topics = await admin.listTopics();
  if (!topics.includes(topic)) throw new Error(`there is no topic ${topic} yet`);
  const [ends, kept, described, ...committed] = await Promise.all([
    admin.fetchTopicOffsets(topic),
    other !== undefined && topics.includes(other) ? heldBy(admin, other) : undefined,
    admin.describeGroups([...groups]),
    ...groups.map((groupId) => admin.fetchOffsets({ groupId, topics: [topic] })),
  ]);
  const partitions = ends.toSorted((a, b) => a.partition - b.partition);
  return {
    topic,
    partitions: partitions.length,
    ends: partitions.map(({ high }) => Number(high)),
    kept,
    at: Date.now(),
    groups: groups.map((group, i) => {
      const at = new Map(
        committed[i]![0]?.partitions.map(({ partition, offset }) => [partition, Number(offset)]),
      );
      // What retention removed is not waiting any more; without a commit a group begins at the
      // oldest record.
      const byPartition = partitions.map(({ partition, low, high }) =>
        Math.max(0, Number(high) - Math.max(Number(low), at.get(partition) ?? 0)),
      );
      return {
        group,
        members: described.groups.find(({ groupId }) => groupId === group)?.members.length ?? 0,
        records: byPartition.reduce((sum, lag) => sum + lag, 0),
        byPartition,
      };
    }),
  };
}

const heldBy = async (admin: Admin, topic: string): Promise<number> =>
  (await admin.fetchTopicOffsets(topic)).reduce(
    (sum, { low, high }) => sum + Number(high) - Number(low),
    0,
  );
