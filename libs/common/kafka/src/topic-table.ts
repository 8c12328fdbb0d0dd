import { randomUUID } from 'node:crypto';
import type { Consumer, EachBatchPayload, ITopicConfig, Kafka } from 'kafkajs';
import type { Logger } from 'pino';
import { jitteredBackoff, sleep } from '@iot/resilience';
import { topicRanges } from './read-topic.js';
import { withRights, type Right } from './rights.js';
import { ensureTopics } from './topics.js';

export interface TopicTableOptions<Table> {
  readonly kafka: Kafka;
  /** A compacted topic; made when it is not there. */
  readonly topic: ITopicConfig;
  /** What the id of the group begins with under which it is read; nothing is ever committed. */
  readonly groupPrefix: string;
  readonly empty: () => Table;
  /** @param value null: the key is gone */
  readonly apply: (table: Table, key: string, value: Buffer | null) => void;
  readonly log: Logger;
}

const MAX_WAIT_MS = 500;
const FETCH_BYTES = 4_194_304;
const BACKOFF = { firstMs: 500, maxMs: 15_000 };
const POLL_MS = 50;
/**
 * Kafka keeps the deletion of a key for a day (delete.retention.ms). Who has not been at the end
 * for half of that may have missed one, and reads anew.
 */
const READ_ANEW_AFTER_MS = 12 * 3_600_000;

/**
 * A compacted topic as a table in memory: read from its beginning, then followed. Each reading
 * fills a table of its own, which takes the place of the one before when it is complete, so that
 * what was deleted in between is gone.
 */
export class TopicTable<Table> {
  private table: Table | undefined;
  private stopped = false;
  private running: Promise<void> | undefined;
  private failure = 'its topic is being read';
  private atEnd = 0;

  constructor(private readonly options: TopicTableOptions<Table>) {}

  /** The table; undefined until it was complete once. */
  get current(): Table | undefined {
    return this.table;
  }

  /** Epoch ms at which it last was as the topic is; 0: not yet. */
  get currentAt(): number {
    return this.atEnd;
  }

  /** @throws until it was complete once, with the reason */
  check(): void {
    if (this.table === undefined) throw new Error(this.failure);
  }

  start(): void {
    this.running ??= this.run();
  }

  async close(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  private async run(): Promise<void> {
    for (let attempt = 0; !this.stopped; attempt++) {
      const before = this.atEnd;
      try {
        await withRights(this.rights(), () => this.follow());
      } catch (error) {
        this.failure = (error as Error).message;
        this.options.log.warn(
          { err: error, topic: this.options.topic.topic },
          'table not followed',
        );
      }
      if (this.atEnd !== before) attempt = 0;
      const until = Date.now() + jitteredBackoff(attempt, BACKOFF, Math.random());
      while (!this.stopped && Date.now() < until) await sleep(POLL_MS);
    }
  }

  private rights(): Right[] {
    const { topic, groupPrefix } = this.options;
    return [
      { operation: 'Read', resource: 'topic', names: [topic.topic] },
      { operation: 'Read', resource: 'group', names: [groupPrefix], prefixed: true },
    ];
  }

  /** Reads the topic from its beginning and follows it, until it fails or is to end. */
  private async follow(): Promise<void> {
    const { kafka, topic, groupPrefix } = this.options;
    const ends = await this.ends();
    const reading = new Reading(this.options.empty(), ends);
    const consumer = kafka.consumer({
      groupId: `${groupPrefix}${randomUUID()}`,
      maxWaitTimeInMs: MAX_WAIT_MS,
      maxBytesPerPartition: FETCH_BYTES,
      allowAutoTopicCreation: false,
    });
    let crash: Error | undefined;
    consumer.on(consumer.events.CRASH, ({ payload }) => (crash = payload.error));
    // Who joins again begins again, and would see what keys were before what they are.
    let joined = 0;
    consumer.on(consumer.events.GROUP_JOIN, () => {
      if (++joined > 1) crash ??= new Error('the group was joined again');
    });
    try {
      await consumer.connect();
      await consumer.subscribe({ topics: [topic.topic], fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatch: (batch) => this.eachBatch(reading, batch),
      });
      this.noteFetches(consumer, reading);
      const began = Date.now();
      while (!this.stopped && !crash) {
        await sleep(POLL_MS);
        if (Date.now() - Math.max(this.atEnd, began) > READ_ANEW_AFTER_MS)
          throw new Error('the end of the topic was not reached for too long');
      }
      if (crash) throw crash;
    } finally {
      await consumer.disconnect().catch(() => undefined);
    }
  }

  private async ends(): Promise<Map<number, number>> {
    const { kafka, topic } = this.options;
    const admin = kafka.admin();
    await admin.connect();
    try {
      await ensureTopics(admin, [topic]);
      const ranges = await topicRanges(admin, topic.topic);
      return new Map(
        ranges.filter(({ low, end }) => end > low).map(({ partition, end }) => [partition, end]),
      );
    } finally {
      await admin.disconnect();
    }
  }

  private async eachBatch(reading: Reading<Table>, payload: EachBatchPayload): Promise<void> {
    const { batch, heartbeat, resolveOffset } = payload;
    for (const { key, value, offset } of batch.messages) {
      if (key) this.options.apply(reading.table, key.toString(), value);
      resolveOffset(offset);
    }
    reading.passed(batch.partition, Number(batch.lastOffset()) + 1);
    if (reading.complete) this.take(reading);
    await heartbeat();
  }

  /**
   * An answer without records says that the end was reached. An empty topic is complete only then:
   * who may not read it would follow nothing, and seem well.
   */
  private noteFetches(consumer: Consumer, reading: Reading<Table>): void {
    consumer.on(consumer.events.FETCH, ({ payload: { numberOfBatches } }) => {
      if (numberOfBatches === 0 && reading.complete) this.take(reading);
    });
  }

  private take(reading: Reading<Table>): void {
    this.table = reading.table;
    this.atEnd = Date.now();
  }
}

/** A table while it is read for the first time, and where each partition ended when that began. */
class Reading<Table> {
  constructor(
    readonly table: Table,
    private readonly ends: Map<number, number>,
  ) {}

  get complete(): boolean {
    return this.ends.size === 0;
  }

  passed(partition: number, next: number): void {
    const end = this.ends.get(partition);
    if (end !== undefined && next >= end) this.ends.delete(partition);
  }
}
