import { randomUUID } from 'node:crypto';
import type { Admin, Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';
import { sleep } from '@iot/resilience';
import { FetchedMessage, HiddenRecords, UnreadableBatch } from './fetched-message.js';
import { onceLed } from './leaders.js';
import { decodedByTheLibrary } from './library-decoding.js';
import { withRights } from './rights.js';
import { rawMessagesOf } from './surgery/raw-messages.js';

/**
 * Offsets of one partition: `low` is the first that is retained, `end` the next that will be
 * written.
 */
export interface PartitionRange {
  readonly partition: number;
  readonly low: number;
  readonly end: number;
}

/** Messages of one partition, in order; may be empty of those that a transaction took back. */
export interface ReadBatch {
  readonly partition: number;
  readonly messages: readonly KafkaMessage[];
  /**
   * Whether kafkajs's own decoder read them. It cannot read everything, such as damaged batches.
   */
  readonly byTheLibrary: boolean;
}

/**
 * Offsets from `from` to before `to` for which the broker gave nothing: no record, nor the trace of
 * a transaction.
 */
export interface OffsetGap {
  readonly partition: number;
  readonly from: number;
  readonly to: number;
}

/** Returns false to read no further. */
export type OnBatch = (batch: ReadBatch) => void | boolean | Promise<void | boolean>;

export interface ReadOptions {
  /** First offset to read by partition; absent: the first that is retained. */
  readonly from?: ReadonlyMap<number, number>;
  /**
   * Offset to stop before, by partition; absent: the end as of now. A partition that is not named
   * is not read.
   */
  readonly to?: ReadonlyMap<number, number>;
  /** Gives up on a partition whose records do not come for so long although the broker answers. */
  readonly stallMs?: number;
  /** Whether kafkajs's own decoder reads, and not the one that the workers have. */
  readonly byTheLibrary?: boolean;
  /**
   * Told of offsets that hold nothing between others that do, where kafkajs's own decoder read
   * them.
   */
  readonly onGap?: (gap: OffsetGap) => void;
}

/**
 * What the ids of the groups begin with that tools read topics under: one ACL allows them all.
 * kafkajs reads by groups only. Without one, finding leaders, following them when they move, and
 * waiting for brokers would be code of ours on kafkajs's private parts, and the proof of what the
 * platform did is to rest on as little of our own code as can be.
 */
export const READER_GROUPS = 'telemetryctl-';

const STALL_MS = 10_000;
const MAX_WAIT_MS = 100;
const FETCH_BYTES = 2_097_152;

/**
 * The retained range of each partition, by partition number. @throws kafkajs's error when the topic
 * does not exist
 */
export async function topicRanges(admin: Admin, topic: string): Promise<PartitionRange[]> {
  const offsets = await onceLed(() => admin.fetchTopicOffsets(topic));
  return offsets
    .map(({ partition, low, high }) => ({ partition, low: Number(low), end: Number(high) }))
    .sort((a, b) => a.partition - b.partition);
}

/**
 * Reads every partition of a topic once, from its start to its end as of now (an open transaction
 * is the end), and returns how far it came: the first offset of each partition that was not read.
 * Takes no part in any other consumer group: it reads under a group of its own, which commits
 * nothing and is deleted at the end. @throws MissingRight
 * @param onBatch is awaited; batches of one partition come in order. Returning false ends the
 *   reading after this batch.
 */
export async function readTopic(
  kafka: Kafka,
  topic: string,
  onBatch: OnBatch,
  options: ReadOptions = {},
): Promise<Map<number, number>> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const reader = new TopicReader(
      await withRights([{ operation: 'Describe', resource: 'topic', names: [topic] }], () =>
        topicRanges(admin, topic),
      ),
      onBatch,
      options,
    );
    if (reader.done) return reader.positions;
    const groupId = `${READER_GROUPS}read-${topic}-${randomUUID()}`;
    const run = (): Promise<void> => reader.run(kafka, topic, groupId);
    await withRights(
      [
        { operation: 'Read', resource: 'topic', names: [topic] },
        { operation: 'Read', resource: 'group', names: [READER_GROUPS], prefixed: true },
      ],
      () => (options.byTheLibrary ? decodedByTheLibrary(run) : run()),
    );
    // Without the right to delete it, the brokers forget a group without members by themselves.
    await admin.deleteGroups([groupId]).catch(() => undefined);
    return reader.positions;
  } finally {
    await admin.disconnect();
  }
}

class TopicReader {
  /** Next offset to read, by partition. */
  readonly positions = new Map<number, number>();
  private readonly ends = new Map<number, number>();
  private progressAt = Date.now();
  private fetchesSince = 0;
  private failure: unknown;
  private stopped = false;

  constructor(
    ranges: readonly PartitionRange[],
    private readonly onBatch: OnBatch,
    private readonly options: ReadOptions,
  ) {
    for (const { partition, low, end } of ranges) {
      const to = options.to ? options.to.get(partition) : end;
      if (to === undefined) continue;
      this.positions.set(partition, Math.max(low, options.from?.get(partition) ?? low));
      this.ends.set(partition, Math.min(to, end));
    }
  }

  get done(): boolean {
    if (this.stopped) return true;
    for (const [partition, end] of this.ends)
      if (this.positions.get(partition)! < end) return false;
    return true;
  }

  async run(kafka: Kafka, topic: string, groupId: string): Promise<void> {
    const consumer = kafka.consumer({
      groupId,
      maxWaitTimeInMs: MAX_WAIT_MS,
      maxBytes: FETCH_BYTES * 2,
      maxBytesPerPartition: FETCH_BYTES,
      allowAutoTopicCreation: false,
      sessionTimeout: 30_000,
    });
    consumer.on(consumer.events.FETCH, () => this.fetchesSince++);
    consumer.on(consumer.events.CRASH, ({ payload }) => (this.failure ??= payload.error));
    // Batches that hold nothing but control records or records taken back are not handed over, yet
    // they move the position.
    consumer.on(
      consumer.events.END_BATCH_PROCESS,
      ({ payload: { partition, batchSize, firstOffset, lastOffset } }) => {
        if (batchSize > 0) return;
        // No first offset: of what came, compaction has left nothing behind the position.
        const first = (firstOffset as string | null) ?? lastOffset;
        this.findGaps(partition, [Number(first)]);
        this.advance(partition, Number(lastOffset) + 1);
      },
    );
    try {
      await consumer.connect();
      await consumer.subscribe({ topics: [topic], fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: true,
        eachBatch: (payload) => this.eachBatch(payload, consumer, topic),
      });
      for (const partition of this.ends.keys())
        if (this.options.from?.has(partition))
          consumer.seek({ topic, partition, offset: String(this.positions.get(partition)) });
      await this.untilDone();
    } finally {
      await consumer.disconnect().catch(() => undefined);
    }
    if (this.failure) throw this.failure;
  }

  private async eachBatch(
    { batch, heartbeat }: EachBatchPayload,
    consumer: Consumer,
    topic: string,
  ): Promise<void> {
    const { partition } = batch;
    const next = this.positions.get(partition);
    const end = this.ends.get(partition);
    if (next === undefined || end === undefined || next >= end || this.stopped || this.failure) {
      consumer.pause([{ topic, partitions: [partition] }]);
      return;
    }
    const raw = rawMessagesOf(batch);
    const byTheLibrary =
      this.options.byTheLibrary === true && !(raw ?? batch.messages).some(isOurs);
    if (byTheLibrary && raw)
      this.findGaps(
        partition,
        raw.map(({ offset }) => Number(offset)),
      );
    const messages = batch.messages.filter(
      ({ offset }) => Number(offset) >= next && Number(offset) < end,
    );
    try {
      this.stopped = (await this.onBatch({ partition, messages, byTheLibrary })) === false;
    } catch (error) {
      this.failure ??= error;
      return;
    }
    this.advance(partition, Number(batch.lastOffset()) + 1);
    await heartbeat();
  }

  /** @param offsets that the broker gave something for, in order */
  private findGaps(partition: number, offsets: readonly number[]): void {
    const end = this.ends.get(partition);
    if (end === undefined || !this.options.onGap) return;
    let next = this.positions.get(partition)!;
    for (const offset of offsets) {
      if (offset < next) continue;
      const to = Math.min(offset, end);
      if (to > next) this.options.onGap({ partition, from: next, to });
      next = offset + 1;
    }
  }

  private advance(partition: number, next: number): void {
    const end = this.ends.get(partition);
    if (end === undefined || next <= this.positions.get(partition)!) return;
    this.positions.set(partition, Math.min(next, end));
    this.progressAt = Date.now();
    this.fetchesSince = 0;
  }

  private async untilDone(): Promise<void> {
    const stallMs = this.options.stallMs ?? STALL_MS;
    this.progressAt = Date.now();
    while (!this.done && !this.failure) {
      const stalled =
        Date.now() - this.progressAt > stallMs && this.fetchesSince * MAX_WAIT_MS > stallMs / 2;
      if (stalled) return;
      await sleep(10);
    }
  }
}

/** Whether the workers' decoder made it. */
const isOurs = (message: object): boolean =>
  message instanceof FetchedMessage ||
  message instanceof HiddenRecords ||
  message instanceof UnreadableBatch;
