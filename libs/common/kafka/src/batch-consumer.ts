/* Long because the life of a partition (fetch, wait, retry, leave) is one state machine. */

import { Server, type CustomTransportStrategy } from '@nestjs/microservices';
import type { Admin, Consumer, EachBatchPayload, ITopicConfig, Kafka, Producer } from 'kafkajs';
import type { Logger } from 'pino';
import { isObservable, lastValueFrom } from 'rxjs';
import type { HealthCheck } from '@iot/health';
import type { ConsumerMetrics } from '@iot/metrics';
import {
  TELEMETRY_BATCHES,
  type BatchHandler,
  type BatchOutcome,
  type RecordBatch,
} from './batch.js';
import { handleBisecting } from './bisect.js';
import type { KafkaEnv } from './client.js';
import { Committer } from './committer.js';
import { retryDelayMs, unreadableFailure, type RecordFailure } from './failure.js';
import { dueAt, FailureRouter } from './failure-router.js';
import { LagMonitor } from './lag.js';
import { BackendUnavailable, jitteredBackoff, sleep } from '@iot/resilience';
import { UnreadableBatch } from './fetched-message.js';
import { GroupMembers } from './group-members.js';
import { headerText } from './headers.js';
import { BatchTraces } from './batch-traces.js';
import { PassedOver } from './passed-over.js';
import { consumedRecord, REDRIVE_COUNT_HEADER, type ConsumedRecord } from './record.js';
import { paced } from './surgery/fetch-pacing.js';
import { onFetchedEnd } from './surgery/fetch-responses.js';
import { ensureTopics, platformTopics, retryTopicsOf, topicsWithAppendTime } from './topics.js';

/** How a worker consumes. */
export interface BatchConsumerOptions {
  readonly kafka: Kafka;
  readonly env: KafkaEnv;
  readonly group: string;
  /** TELEMETRY_TOPIC as it is created where it is not there; absent: as that of readings is. */
  readonly topic?: ITopicConfig | undefined;
  readonly maxRetries: number;
  readonly retryBaseDelayMs: number;
  readonly sessionTimeoutMs: number;
  readonly fetchMaxBytes: number;
  readonly partitionFetchMaxBytes: number;
  /** How long a fetch waits for records, ms; disconnecting takes up to this long. */
  readonly maxWaitMs?: number;
  /** Partitions handled side by side. */
  readonly concurrency: number;
  readonly metrics: ConsumerMetrics;
  readonly log: Logger;
}

/**
 * Called when this member has joined the group: what it knew of any partition may be out of date,
 * and consumption starts again at the committed offsets.
 */
export type AssignmentListener = (assignment: Readonly<Record<string, readonly number[]>>) => void;
/**
 * Called when everything before `nextOffset` is handled and its failures are set aside: from now on
 * it may be committed.
 */
export type HandledListener = (topic: string, partition: number, nextOffset: string) => void;
/**
 * Called when the broker has said that a partition holds nothing more, and all that it holds is
 * handled. Never where kafkajs has another version than the one that its answers are read of.
 */
export type EndListener = (topic: string, partition: number) => void;
/** Called on close when no batch is at hand any more and offsets can still be committed. */
export type LeaveListener = () => Promise<void>;

/** Low, as disconnecting takes up to this long. */
const MAX_WAIT_MS = 2000;
/** How late partitions that were added are noticed. */
const METADATA_MAX_AGE_MS = 10_000;
const UNWELL_BACKOFF = { firstMs: 100, maxMs: 2000 };
const RESTART_BACKOFF = { firstMs: 250, maxMs: 3000 };

/**
 * Nest transport that hands whole batches of one partition to the
 * `@EventPattern(TELEMETRY_BATCHES)` handler and commits by hand. Nest's own Kafka transport takes
 * one message at a time and lets one bad message block its partition.
 */
export class BatchConsumer extends Server implements CustomTransportStrategy, HealthCheck {
  readonly name = 'kafka';
  /** The retry topics that it consumes, and the number of each. */
  private retryIndex: ReadonlyMap<string, number>;
  private readonly lag: LagMonitor;
  private readonly producer: Producer;
  private readonly admin: Admin;
  private readonly router: FailureRouter;
  private readonly members: GroupMembers;
  private readonly traces: BatchTraces | undefined;
  private readonly assignmentListeners: AssignmentListener[] = [];
  private readonly handledListeners: HandledListener[] = [];
  private readonly endListeners: EndListener[] = [];
  private readonly leaveListeners: LeaveListener[] = [];
  private readonly atHand = new Set<Promise<void>>();
  private readonly troubles = new Map<string, { attempt: number; reason: string }>();
  private readonly resumeTimers = new Set<NodeJS.Timeout>();
  private consumer: Consumer | undefined;
  private committer: Committer | undefined;
  private readonly heartbeatMs: number;
  private handler: BatchHandler | undefined;
  private lifetime: Promise<void> | undefined;
  private crashed: ((error: Error) => void) | undefined;
  private closing = false;
  private joined = false;
  private heardAt = 0;
  /** Grows whenever consumption starts again at the committed offsets. */
  private generation = 0;
  private lastError = 'not connected yet';
  private toldOfAppendTime = false;

  constructor(private readonly options: BatchConsumerOptions) {
    super();
    const { kafka, env, group, maxRetries, retryBaseDelayMs, metrics, log } = options;
    this.retryIndex = retryTopicsOf([], env.TELEMETRY_TOPIC, group, maxRetries);
    this.heartbeatMs = Math.min(2000, Math.floor(options.sessionTimeoutMs / 4));
    this.producer = kafka.producer({ allowAutoTopicCreation: false });
    this.admin = kafka.admin();
    this.lag = new LagMonitor(() => this.admin, group, metrics);
    this.members = new GroupMembers(() => this.admin, group);
    this.traces = BatchTraces.ofProcess(group);
    this.router = new FailureRouter(
      this.producer,
      {
        group,
        telemetryTopic: env.TELEMETRY_TOPIC,
        dlqTopic: env.DLQ_TOPIC,
        maxRetries,
        retryBaseDelayMs,
      },
      metrics,
      log,
    );
  }

  onAssignment(listener: AssignmentListener): void {
    this.assignmentListeners.push(listener);
  }

  onHandled(listener: HandledListener): void {
    this.handledListeners.push(listener);
  }

  onEnd(listener: EndListener): void {
    this.endListeners.push(listener);
  }

  beforeLeave(listener: LeaveListener): void {
    this.leaveListeners.push(listener);
  }

  /** Starts to consume in the background, as soon as Kafka is there. */
  listen(callback: (error?: unknown) => void): void {
    const nestHandler = this.getHandlerByPattern(TELEMETRY_BATCHES);
    if (!nestHandler) return callback(new Error(`no @EventPattern(${TELEMETRY_BATCHES}) handler`));
    this.handler = async (batch) => {
      const answer: unknown = await nestHandler(batch);
      return (isObservable(answer) ? await lastValueFrom(answer) : answer) as BatchOutcome;
    };
    this.lifetime = this.live();
    callback();
  }

  /** Stops taking batches, finishes the one at hand, commits, leaves the group. */
  async close(): Promise<void> {
    this.closing = true;
    this.crashed?.(new Error('closing'));
    await this.lifetime;
    await Promise.allSettled([this.producer.disconnect(), this.admin.disconnect()]);
  }

  /**
   * Commits that everything before `nextOffset` is handled: an offset that {@link onHandled} named,
   * once what belongs to it is stored.
   */
  commit(topic: string, partition: number, nextOffset: string): void {
    this.committer?.mark(topic, partition, nextOffset);
  }

  /**
   * Goes back to the committed offsets, as after a crash: the owner's state turned out to be stale.
   */
  startOver(reason: string): void {
    this.generation++;
    this.crashed?.(new Error(reason));
  }

  /**
   * Readiness: joined, in a group of its own, heard from the broker of late, and no partition
   * waiting for the store.
   */
  check(): void {
    if (!this.joined) throw new Error(`has not joined the consumer group: ${this.lastError}`);
    if (Date.now() - this.heardAt > this.options.sessionTimeoutMs)
      throw new Error('no answer from the broker of late');
    this.members.check();
    const [trouble] = this.troubles.values();
    if (trouble) throw new Error(`${this.troubles.size} partitions wait: ${trouble.reason}`);
  }

  on(): never {
    throw new Error('BatchConsumer has no events; use onAssignment');
  }

  unwrap<T>(): T {
    return this.consumer as T;
  }

  /**
   * One consumer after the other, until close: kafkajs gives up on some errors, a worker never
   * does.
   */
  private async live(): Promise<void> {
    this.lag.start();
    const noMoreEnds = onFetchedEnd((topic, partition, end, empty) => {
      this.lag.heard(topic, partition, end);
      // What the partition waited with is gone: nothing is to be waited for.
      if (empty) this.troubles.delete(`${topic}/${partition}`);
      this.tellOfEnd(topic, partition);
    });
    for (let attempt = 0; !this.closing; attempt++) {
      const startedAt = Date.now();
      try {
        await this.consumeUntilCrash();
      } catch (error) {
        this.lastError = (error as Error).message;
        if (!this.closing)
          this.options.log.warn({ error: this.lastError }, 'not consuming; trying again');
      }
      if (Date.now() - startedAt > 30_000) attempt = 0;
      if (!this.closing) await sleep(jitteredBackoff(attempt, RESTART_BACKOFF, Math.random()));
    }
    noMoreEnds();
    this.lag.stop();
  }

  private async consumeUntilCrash(): Promise<void> {
    const {
      env,
      group,
      kafka,
      sessionTimeoutMs,
      fetchMaxBytes,
      partitionFetchMaxBytes,
      concurrency,
      log,
    } = this.options;
    await this.createTopics();
    await this.admin.connect();
    await this.producer.connect();
    const consumer = kafka.consumer({
      groupId: group,
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: Math.max(sessionTimeoutMs, 30_000),
      heartbeatInterval: this.heartbeatMs,
      maxWaitTimeInMs: this.options.maxWaitMs ?? MAX_WAIT_MS,
      maxBytes: fetchMaxBytes,
      maxBytesPerPartition: partitionFetchMaxBytes,
      metadataMaxAge: METADATA_MAX_AGE_MS,
      allowAutoTopicCreation: false,
    });
    this.consumer = consumer;
    const committer = (this.committer = new Committer(consumer, log));
    const crash = new Promise<never>((_, reject) => (this.crashed = reject));
    crash.catch(() => undefined);
    const { GROUP_JOIN, REBALANCING, CRASH, HEARTBEAT, FETCH } = consumer.events;
    consumer.on(GROUP_JOIN, ({ payload }) =>
      this.assigned(payload.memberAssignment, payload.memberId),
    );
    consumer.on(REBALANCING, () => committer.forget());
    consumer.on(CRASH, ({ payload }) => this.crashed?.(payload.error));
    for (const event of [HEARTBEAT, FETCH] as const)
      consumer.on(event, () => (this.heardAt = Date.now()));
    const passedOver = new PassedOver(consumer, () => this.generation);
    passedOver.listen((topic, partition, nextOffset) => {
      this.troubles.delete(`${topic}/${partition}`);
      for (const listener of this.handledListeners) listener(topic, partition, nextOffset);
      this.lag.passOver(topic, partition, BigInt(nextOffset));
    });
    try {
      await consumer.connect();
      await consumer.subscribe({
        topics: [env.TELEMETRY_TOPIC, ...this.retryIndex.keys()],
        fromBeginning: true,
      });
      await paced(() =>
        consumer.run({
          autoCommit: false,
          eachBatchAutoResolve: false,
          partitionsConsumedConcurrently: concurrency,
          eachBatch: (payload) => this.eachBatch(payload),
        }),
      );
      await crash;
    } finally {
      if (this.closing) await this.finishWork();
      this.joined = false;
      for (const timer of this.resumeTimers) clearTimeout(timer);
      this.resumeTimers.clear();
      this.troubles.clear();
      await consumer.stop().catch(() => undefined);
      await committer.settled();
      await consumer.disconnect().catch(() => undefined);
    }
  }

  /**
   * By a client of its own: one that has asked for a topic before can create none once that one is
   * deleted.
   */
  private async createTopics(): Promise<void> {
    const { env, group, maxRetries, kafka, topic } = this.options;
    const admin = kafka.admin();
    try {
      await admin.connect();
      const topics = platformTopics(env, { name: group, maxRetries }, topic);
      await ensureTopics(admin, topics);
      const existing = await admin.listTopics();
      this.retryIndex = retryTopicsOf(existing, env.TELEMETRY_TOPIC, group, maxRetries);
      await this.warnOfAppendTime(admin, topics);
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
  }

  /** Once: what a topic is set to seldom changes. */
  private async warnOfAppendTime(
    admin: Admin,
    topics: Parameters<typeof ensureTopics>[1],
  ): Promise<void> {
    if (this.toldOfAppendTime) return;
    const names = topics.map(({ topic }) => topic);
    // Without the right to describe topics there is nothing to say.
    const found = await topicsWithAppendTime(admin, names).catch(() => []);
    this.toldOfAppendTime = true;
    if (found.length > 0)
      this.options.log.warn(
        { topics: found },
        'these topics have message.timestamp.type=LogAppendTime: the broker gives records its own time; set it to CreateTime',
      );
  }

  /**
   * After this, kafkajs drops commits without a word: what is handled must be committed before the
   * consumer is stopped.
   */
  private async finishWork(): Promise<void> {
    await Promise.allSettled(this.atHand);
    for (const listener of this.leaveListeners)
      await listener().catch((error: Error) =>
        this.options.log.warn({ error: error.message }, 'left work for the next start'),
      );
    await this.committer?.settled();
  }

  private assigned(assignment: Readonly<Record<string, number[]>>, memberId: string): void {
    const { metrics, log } = this.options;
    // With several brokers kafkajs may join again while the batches of another broker are at hand
    // or queued. They are of the old assignment.
    if (this.atHand.size > 0) this.startOver('joined the group again while batches were at hand');
    this.generation++;
    this.joined = true;
    this.heardAt = Date.now();
    this.members.joined(memberId);
    // Not only when there is something to handle: readiness is to say it. What could not be asked
    // is asked again then.
    void this.members.ask().catch(() => undefined);
    this.committer?.forget();
    this.troubles.clear();
    metrics.rebalances.inc();
    metrics.assigned.reset();
    for (const [topic, partitions] of Object.entries(assignment))
      metrics.assigned.set({ topic }, partitions.length);
    this.lag.assign(assignment);
    for (const listener of this.assignmentListeners) listener(assignment);
    log.info({ assignment }, 'joined the consumer group');
  }

  private async eachBatch(payload: EachBatchPayload): Promise<void> {
    if (
      this.closing ||
      !payload.isRunning() ||
      payload.isStale() ||
      payload.batch.messages.length === 0
    )
      return;
    const work = this.handleBatch(payload);
    this.atHand.add(work);
    await work.finally(() => this.atHand.delete(work));
  }

  private async handleBatch(payload: EachBatchPayload): Promise<void> {
    const { batch, resolveOffset, heartbeat } = payload;
    const { generation } = this;
    const { topic, partition } = batch;
    const topicPartition = `${topic}/${partition}`;
    try {
      if (!this.members.areKnown) await this.members.ask();
    } catch (error) {
      return this.wait(
        payload,
        topicPartition,
        new BackendUnavailable('the consumer group', error),
      );
    }
    const retry = this.retryIndex.get(topic);
    let records = batch.messages.map((message) =>
      consumedRecord(topic, partition, message, retry !== undefined),
    );
    if (retry !== undefined) {
      const delay = retryDelayMs(retry, this.options.retryBaseDelayMs);
      const now = Date.now();
      const waiting = records.findIndex((record) => dueAt(record, delay, now) > now);
      if (waiting >= 0) this.pauseFor(payload, dueAt(records[waiting]!, delay, now) - now);
      // What is not due is not what it may have waited with before.
      if (waiting === 0) return void this.troubles.delete(topicPartition);
      if (waiting > 0) records = records.slice(0, waiting);
    }
    const { metrics } = this.options;
    const startedAt = performance.now();
    metrics.inFlight.inc(records.length);
    // kafkajs tells the group that this member lives only when asked to. A store that answers late
    // must not cost the partitions.
    const pulse = setInterval(() => void heartbeat().catch(() => undefined), this.heartbeatMs);
    try {
      const given = { topic, partition, isRetry: retry !== undefined, records, heartbeat };
      if (!this.traces) await this.settle(given, payload);
      else await this.traces.of(given, () => this.settle(given, payload));
    } catch (error) {
      if (!(error instanceof BackendUnavailable)) throw error;
      return this.wait(payload, topicPartition, error);
    } finally {
      clearInterval(pulse);
      metrics.inFlight.dec(records.length);
    }
    if (generation !== this.generation) return;
    this.troubles.delete(topicPartition);
    const last = records.at(-1)!;
    resolveOffset(last.at.offset);
    const complete = records.length === batch.messages.length;
    const next = BigInt(complete ? batch.lastOffset() : last.at.offset) + 1n;
    for (const listener of this.handledListeners) listener(topic, partition, String(next));
    this.lag.advance(topic, partition, next, last.receivedAt, BigInt(batch.highWatermark));
    this.tellOfEnd(topic, partition);
    metrics.consumed.inc({ topic }, records.length);
    if (retry !== undefined) metrics.redriven.inc(records.filter(isRedriven).length);
    metrics.batchSize.observe(records.length);
    metrics.batchSeconds.observe((performance.now() - startedAt) / 1000);
    await heartbeat();
  }

  /** Handles a batch, and sets aside what of it cannot be handled. */
  private async settle(batch: RecordBatch, payload: EachBatchPayload): Promise<void> {
    await this.router.send(await this.failuresOf(batch, payload), Date.now());
  }

  /**
   * What of a batch cannot be handled; the handler gets none of the batches that cannot be read.
   */
  private async failuresOf(
    batch: RecordBatch,
    { batch: { messages } }: EachBatchPayload,
  ): Promise<readonly RecordFailure[]> {
    if (!messages.some((message) => (message as unknown) instanceof UnreadableBatch))
      return (await handleBisecting(this.handler!, batch)).failures;
    const unreadable = batch.records.filter((record) => record.unreadable);
    const records = batch.records.filter((record) => !record.unreadable);
    const { failures } =
      records.length > 0
        ? await handleBisecting(this.handler!, { ...batch, records })
        : { failures: [] };
    return [...failures, ...unreadable.map(unreadableFailure)];
  }

  /** The store or the broker is unwell: this partition alone pauses, and its records come again. */
  private wait(payload: EachBatchPayload, topicPartition: string, error: BackendUnavailable): void {
    const attempt = (this.troubles.get(topicPartition)?.attempt ?? -1) + 1;
    this.troubles.set(topicPartition, { attempt, reason: error.message });
    this.options.metrics.waits.inc();
    const pause = jitteredBackoff(attempt, UNWELL_BACKOFF, Math.random());
    const { topic, partition, firstOffset } = payload.batch;
    if (attempt % 10 === 0)
      this.options.log.warn(
        {
          topic,
          partition,
          offset: firstOffset.call(payload.batch),
          error: error.message,
          attempt,
        },
        'partition waits',
      );
    this.pauseFor(payload, pause);
  }

  private tellOfEnd(topic: string, partition: number): void {
    if (this.endListeners.length > 0 && this.lag.isAtEnd(topic, partition))
      for (const listener of this.endListeners) listener(topic, partition);
  }

  private pauseFor(payload: EachBatchPayload, ms: number): void {
    const resume = payload.pause();
    const timer = setTimeout(() => {
      this.resumeTimers.delete(timer);
      resume();
    }, ms);
    this.resumeTimers.add(timer);
  }
}

/** On its first delivery since it was sent back from the dead letters. */
const isRedriven = ({ headers, deliveries }: ConsumedRecord): boolean =>
  deliveries === 0 && headerText(headers, REDRIVE_COUNT_HEADER) !== undefined;
