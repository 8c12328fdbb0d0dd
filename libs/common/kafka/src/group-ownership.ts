import kafkajs, { type Kafka, type PartitionAssigner } from 'kafkajs';
import type { Logger } from 'pino';
import { jitteredBackoff, sleep } from '@iot/resilience';

export interface OwnershipOptions {
  readonly kafka: Kafka;
  /** Its partitions are what is divided among the members; its records are not read. */
  readonly topic: string;
  readonly group: string;
  readonly sessionTimeoutMs: number;
  /** These partitions, of all that the topic has, are this member's from now on. */
  readonly owned: (partitions: readonly number[], all: number) => void;
  /** Others may have them by now. */
  readonly lost: (reason: string) => void;
  readonly log: Logger;
}

const MAX_WAIT_MS = 200;
const WATCH_MS = 100;
const BACKOFF = { firstMs: 250, maxMs: 3000 };
/** Of the session timeout: what is owned is given up before the group gives it to another. */
const SURE_FOR = 0.8;

/**
 * Partitions are dealt to the members one by one, in their order: kafkajs deals them in the order
 * in which the broker lists them, which may give a member most of the first ones.
 */
const inTurn: PartitionAssigner = ({ cluster, ...rest }) =>
  kafkajs.PartitionAssigners.roundRobin({
    ...rest,
    cluster: {
      findTopicPartitionMetadata: (topic: string) =>
        cluster.findTopicPartitionMetadata(topic).toSorted((a, b) => a.partitionId - b.partitionId),
    } as typeof cluster,
  });

/**
 * Divides something among processes by a consumer group: each partition of a topic has one owner,
 * and that of an owner which is gone goes to another. Who was not heard by the group for most of
 * its session timeout, as it was frozen or Kafka is away, owns nothing.
 */
export class GroupOwnership {
  private heardAt = 0;
  private joins = 0;
  private owns = false;
  private closing = false;
  private lifetime: Promise<void> | undefined;

  constructor(private readonly options: OwnershipOptions) {}

  /** Joins in the background, for as long as it takes, and again when it was put out. */
  start(): void {
    this.lifetime ??= this.live();
  }

  /** Leaves the group, which gives what this member had to the others. */
  async close(): Promise<void> {
    this.closing = true;
    await this.lifetime;
  }

  private async live(): Promise<void> {
    const { log } = this.options;
    for (let attempt = 0; !this.closing; attempt++) {
      const began = Date.now();
      try {
        await this.beMember();
      } catch (error) {
        const { message: reason } = error as Error;
        if (!this.closing) log.warn({ reason }, 'not a member of the group; trying again');
      }
      if (Date.now() - began > 30_000) attempt = 0;
      if (!this.closing) await sleep(jitteredBackoff(attempt, BACKOFF, Math.random()));
    }
  }

  private async beMember(): Promise<void> {
    const { kafka, topic, group, sessionTimeoutMs } = this.options;
    const consumer = kafka.consumer({
      groupId: group,
      sessionTimeout: sessionTimeoutMs,
      // One that is dead is not waited for once its session is over.
      rebalanceTimeout: sessionTimeoutMs,
      heartbeatInterval: Math.floor(sessionTimeoutMs / 10),
      maxWaitTimeInMs: MAX_WAIT_MS,
      allowAutoTopicCreation: false,
      partitionAssigners: [inTurn],
    });
    let crash: Error | undefined;
    const { GROUP_JOIN, HEARTBEAT, CRASH } = consumer.events;
    consumer.on(CRASH, ({ payload }) => (crash = payload.error));
    consumer.on(HEARTBEAT, () => (this.heardAt = Date.now()));
    try {
      await consumer.connect();
      await consumer.subscribe({ topics: [topic] });
      consumer.on(GROUP_JOIN, ({ payload }) => {
        consumer.pause([{ topic }]);
        this.joined(payload.memberAssignment[topic] ?? []).catch((error: Error) => (crash = error));
      });
      await consumer.run({ autoCommit: false, eachBatch: () => Promise.resolve() });
      while (!this.closing && !crash) {
        await sleep(WATCH_MS);
        if (this.owns && Date.now() - this.heardAt > sessionTimeoutMs * SURE_FOR)
          this.giveUp('no answer from the group of late');
      }
      if (crash) throw crash;
    } finally {
      this.giveUp(crash?.message ?? 'leaving the group');
      await consumer.disconnect().catch(() => undefined);
    }
  }

  /** Partitions may have been added since the last time: all members ask at the same time. */
  private async joined(partitions: readonly number[]): Promise<void> {
    const { group, owned, log } = this.options;
    const join = ++this.joins;
    this.heardAt = Date.now();
    const all = await this.partitions();
    if (join !== this.joins) return;
    this.owns = true;
    log.info({ group, partitions, of: all }, 'joined the group');
    owned(partitions, all);
  }

  private giveUp(reason: string): void {
    this.joins++;
    if (!this.owns) return;
    this.owns = false;
    this.options.lost(reason);
  }

  private async partitions(): Promise<number> {
    const admin = this.options.kafka.admin();
    await admin.connect();
    try {
      const { topic } = this.options;
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
      return topics[0]!.partitions.length;
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
  }
}
