import type { Logger } from '@iot/service';
import { PendingRows } from '../core/pending-rows.js';

/**
 * With so many events to a row, waiting for more saves little, and a worker that takes over would
 * have to go through them again.
 */
const EVENTS_A_ROW = 4;
/** What one partition holds at most. */
const MAX_EVENTS = 25_000;
const MAX_ROWS = 25_000;

interface HeldRows {
  readonly topic: string;
  readonly partition: number;
  readonly pending: PendingRows;
  /** The end of what was asked for last: one thing at a time is done with the pending rows. */
  turn: Promise<unknown>;
  timer: NodeJS.Timeout | undefined;
  /** The offset up to which all is handled but for the pending rows. */
  handled: string | undefined;
  failed: boolean;
}

export interface PendingPartitionsOptions {
  /** Writes pending rows, or throws BackendUnavailable. */
  readonly write: (pending: PendingRows) => Promise<void>;
  /** Marks everything before `nextOffset` as handled. */
  readonly commit: (topic: string, partition: number, nextOffset: string) => void;
  /** How long a row may wait, milliseconds. */
  readonly afterMs: number;
  readonly log: Logger;
}

/**
 * The pending rows of each partition: written when that has come to be worth it, or after a while,
 * and only then the offset of their events is committed.
 */
export class PendingPartitions {
  private readonly partitions = new Map<string, HeldRows>();

  constructor(private readonly options: PendingPartitionsOptions) {}

  /** Rows that wait. */
  get size(): number {
    let size = 0;
    for (const { pending } of this.partitions.values()) size += pending.size;
    return size;
  }

  /**
   * Does a piece of work on a partition's pending rows, in turn. Those that could not be written
   * are written before.
   * @throws BackendUnavailable when that fails, and what `work` throws
   */
  inTurn<T>(
    topic: string,
    partition: number,
    work: (pending: PendingRows) => Promise<T>,
  ): Promise<T> {
    const held = this.of(topic, partition);
    return this.next(held, async () => {
      const { pending } = held;
      if (held.failed) await this.write(held);
      try {
        return await work(pending);
      } finally {
        const { size, events } = pending;
        const worthIt = events >= Math.min(size * EVENTS_A_ROW, MAX_EVENTS) || size >= MAX_ROWS;
        if (size > 0 && worthIt) this.writeSoon(held);
        else if (size > 0) this.arm(held);
      }
    });
  }

  /** All before `nextOffset` is handled, but for the rows that are pending. */
  handled(topic: string, partition: number, nextOffset: string): void {
    const held = this.of(topic, partition);
    const wait = held.pending.size > 0;
    held.handled = wait ? nextOffset : undefined;
    if (!wait) this.options.commit(topic, partition, nextOffset);
  }

  /** Writes all that is pending. @throws BackendUnavailable */
  async writeAll(): Promise<void> {
    const written = await Promise.allSettled(
      [...this.partitions.values()].map((held) => this.next(held, () => this.write(held))),
    );
    const failed = written.find(({ status }) => status === 'rejected');
    if (failed) throw (failed as PromiseRejectedResult).reason;
  }

  /**
   * The partitions may be another worker's by now: what is pending will be found again after the
   * committed offsets.
   */
  forget(): void {
    for (const { timer } of this.partitions.values()) clearTimeout(timer);
    this.partitions.clear();
  }

  private of(topic: string, partition: number): HeldRows {
    const name = `${topic}/${partition}`;
    let held = this.partitions.get(name);
    if (!held) {
      const pending = new PendingRows();
      held = {
        topic,
        partition,
        pending,
        turn: Promise.resolve(),
        timer: undefined,
        handled: undefined,
        failed: false,
      };
      this.partitions.set(name, held);
    }
    return held;
  }

  private next<T>(held: HeldRows, work: () => Promise<T>): Promise<T> {
    const done = held.turn.then(work);
    held.turn = done.catch(() => undefined);
    return done;
  }

  private arm(held: HeldRows): void {
    if (!this.isCurrent(held)) return;
    held.timer ??= setTimeout(() => this.writeSoon(held), this.options.afterMs);
  }

  private writeSoon(held: HeldRows): void {
    clearTimeout(held.timer);
    held.timer = undefined;
    this.next(held, () => this.write(held)).catch((error: Error) => {
      this.options.log.warn(
        { topic: held.topic, partition: held.partition, error: error.message },
        'rows of larger windows wait',
      );
      this.arm(held);
    });
  }

  private async write(held: HeldRows): Promise<void> {
    held.failed = true;
    await this.options.write(held.pending);
    held.failed = false;
    const { handled } = held;
    held.handled = undefined;
    if (handled !== undefined && this.isCurrent(held))
      this.options.commit(held.topic, held.partition, handled);
  }

  private isCurrent(held: HeldRows): boolean {
    return this.partitions.get(`${held.topic}/${held.partition}`) === held;
  }
}
