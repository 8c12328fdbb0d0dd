import { setTimeout as delay } from 'node:timers/promises';
import type { HealthCheck } from '@iot/health';
import { BackendUnavailable } from '@iot/resilience';
import { jitteredBackoff } from '@iot/resilience';
import type { Logger } from '@iot/service';
import { stateDocument } from '../core/state-document.js';
import type { AlertsMetrics } from '../metrics.js';
import type { AlertOutbox } from '../output/alert-outbox.js';
import type { LateWrites } from './late-writes.js';
import type { Progresses } from './progresses.js';
import type { StateCache } from './state-cache.js';
import type { StateStore } from '../output/stores.js';

/** What checkpoints need of the consumer. */
export interface Offsets {
  commit(topic: string, partition: number, nextOffset: string): void;
  startOver(reason: string): void;
}

interface Position {
  readonly topic: string;
  readonly partition: number;
  readonly next: string;
}

const RETRY = { firstMs: 100, maxMs: 2000 };
/**
 * With very many changed devices a checkpoint takes long; the pause after it is at least this many
 * times as long.
 */
const PAUSE_FACTOR = 4;

/**
 * Stores the states of changed devices now and then, and commits offsets up to there, in this
 * order: a stored state may be newer than the committed offset of its partition, and then a replay
 * skips what it knows; it is never older, and it knows of no alert that is not written.
 */
export class Checkpoints implements HealthCheck {
  readonly name = 'checkpoints';
  private readonly positions = new Map<string, Position>();
  private generation = 0;
  private running: Promise<void> | undefined;
  private quiet: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private failures = 0;
  private trouble: string | undefined;
  private lastMs = 0;

  constructor(
    private readonly store: Pick<StateStore, 'save'>,
    private readonly outbox: AlertOutbox,
    private readonly states: StateCache,
    private readonly lateWrites: LateWrites,
    private readonly offsets: Offsets,
    private readonly progress: Pick<Progresses, 'save' | 'forget'>,
    private readonly everyMs: number,
    private readonly metrics: Pick<
      AlertsMetrics,
      'checkpoints' | 'checkpointSeconds' | 'startedOver' | 'cachedStates'
    >,
    private readonly log: Logger,
  ) {}

  /** Grows whenever the states in memory are dropped: what was read of them before is void. */
  get epoch(): number {
    return this.generation;
  }

  /** Everything of the partition before `next` is evaluated: the next checkpoint may commit it. */
  handled(topic: string, partition: number, next: string): void {
    this.positions.set(`${topic}/${partition}`, { topic, partition, next });
    this.metrics.cachedStates.set(this.states.size);
    this.schedule(Math.max(this.everyMs, PAUSE_FACTOR * this.lastMs));
  }

  get hasRoom(): boolean {
    return !this.quiet && !this.states.isFull;
  }

  /**
   * Resolves when states may be changed: there is memory for more, and no checkpoint waits for
   * alerts to be written.
   * @throws BackendUnavailable when a checkpoint was needed for that and failed
   */
  async room(): Promise<void> {
    while (!this.hasRoom) await (this.quiet ?? this.take());
  }

  /**
   * Drops all states in memory: the partitions are assigned anew, and are consumed from the
   * committed offsets.
   */
  forget(): void {
    this.generation++;
    this.states.clear();
    this.outbox.clear();
    this.lateWrites.add(this.outbox.takeWritten());
    this.positions.clear();
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.lateWrites.size > 0) this.schedule(this.everyMs);
  }

  /** The last checkpoint before the partitions are given up. */
  async finish(): Promise<void> {
    await this.running?.catch(() => undefined);
    try {
      if (this.positions.size > 0 || this.states.hasChanged) await this.take();
    } finally {
      clearTimeout(this.timer);
    }
  }

  check(): void {
    if (this.trouble) throw new Error(`the last checkpoint failed: ${this.trouble}`);
  }

  /**
   * Takes a checkpoint now, or waits for the one under way.
   * @throws BackendUnavailable when the database did not take it; it is tried again later
   */
  take(): Promise<void> {
    this.running ??= this.run().finally(() => (this.running = undefined));
    return this.running;
  }

  /**
   * Takes one, so that a replay does not judge again what was judged until now; a database that does
   * not take it in time does not hold up what comes next.
   */
  async takeWithin(ms: number): Promise<void> {
    if (!this.states.hasChanged) return;
    await Promise.race([this.take().catch(() => undefined), delay(ms, undefined, { ref: false })]);
  }

  private schedule(ms: number): void {
    if (this.timer) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      void this.take().catch(() => undefined);
    }, ms).unref();
  }

  private async run(): Promise<void> {
    const startedAt = performance.now();
    try {
      await this.storeAndCommit();
      await this.lookAtLateWrites();
      this.failures = 0;
      this.trouble = undefined;
      this.lastMs = performance.now() - startedAt;
      this.metrics.checkpointSeconds.observe(this.lastMs / 1000);
      this.metrics.checkpoints.inc({ outcome: 'stored' });
    } catch (error) {
      this.trouble = (error as Error).message;
      if (this.failures % 10 === 0)
        this.log.warn(
          { error: this.trouble, failures: this.failures },
          'checkpoint failed; trying again',
        );
      this.metrics.checkpoints.inc({ outcome: 'failed' });
      this.schedule(jitteredBackoff(this.failures++, RETRY, Math.random()));
      throw error;
    }
  }

  private async storeAndCommit(): Promise<void> {
    const { generation } = this;
    await this.noAlertOnItsWay();
    if (generation !== this.generation) return;
    if (!this.outbox.isEmpty)
      throw new BackendUnavailable('checkpoint', 'alerts are not written yet');
    const snapshot = this.states.snapshot();
    const positions = [...this.positions.values()];
    const written = this.outbox.takeWritten();
    this.positions.clear();
    let conflicts: number;
    try {
      conflicts = await this.store.save([...snapshot.values()].map(stateDocument));
    } catch (error) {
      this.lateWrites.add(written);
      if (generation !== this.generation) return;
      this.states.notStored();
      for (const position of positions) this.putBack(position);
      throw new BackendUnavailable('cannot store the device states in MongoDB', error);
    }
    if (generation !== this.generation || conflicts > 0) this.lateWrites.add(written);
    if (generation !== this.generation) return;
    if (conflicts > 0) return this.startOver(conflicts);
    this.states.stored();
    try {
      await this.progress.save(positions);
    } catch (error) {
      if (generation !== this.generation) return;
      for (const position of positions) this.putBack(position);
      throw new BackendUnavailable('cannot store the progress of partitions in MongoDB', error);
    }
    if (generation !== this.generation) return;
    for (const { topic, partition, next } of positions) this.offsets.commit(topic, partition, next);
  }

  private async lookAtLateWrites(): Promise<void> {
    if (this.lateWrites.size === 0) return;
    await this.outbox.settled();
    await this.lateWrites.look();
    if (this.lateWrites.size > 0) this.schedule(this.everyMs);
  }

  /** While it waits, batches wait too, so that with alerts in every batch its turn comes. */
  private async noAlertOnItsWay(): Promise<void> {
    let open!: () => void;
    this.quiet = new Promise((resolve) => (open = resolve));
    await this.outbox.settled();
    this.quiet = undefined;
    open();
  }

  private putBack(position: Position): void {
    const topicPartition = `${position.topic}/${position.partition}`;
    if (!this.positions.has(topicPartition)) this.positions.set(topicPartition, position);
  }

  /**
   * Another worker stored newer states of devices that this one holds. The offsets are behind what
   * was stored, so nothing is lost by going back.
   */
  private startOver(conflicts: number): void {
    this.metrics.startedOver.inc();
    this.forget();
    this.progress.forget();
    this.offsets.startOver(`another worker has stored newer states of ${conflicts} devices`);
  }
}
