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

interface Partition {
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
  private readonly partitions = new Map<string, Partition>();

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
    const place = this.of(topic, partition);
    return this.next(place, async () => {
      const { pending } = place;
      if (place.failed) await this.write(place);
      try {
        return await work(pending);
      } finally {
        const { size, events } = pending;
        const worthIt = events >= Math.min(size * EVENTS_A_ROW, MAX_EVENTS) || size >= MAX_ROWS;
        if (size > 0 && worthIt) this.writeSoon(place);
        else if (size > 0) this.arm(place);
      }
    });
  }

  /** All before `nextOffset` is handled, but for the rows that are pending. */
  handled(topic: string, partition: number, nextOffset: string): void {
    const place = this.of(topic, partition);
    const wait = place.pending.size > 0;
    place.handled = wait ? nextOffset : undefined;
    if (!wait) this.options.commit(topic, partition, nextOffset);
  }

  /** Writes all that is pending. @throws BackendUnavailable */
  async writeAll(): Promise<void> {
    const written = await Promise.allSettled(
      [...this.partitions.values()].map((place) => this.next(place, () => this.write(place))),
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

  private of(topic: string, partition: number): Partition {
    const name = `${topic}/${partition}`;
    let place = this.partitions.get(name);
    if (!place) {
      const pending = new PendingRows();
      place = {
        topic,
        partition,
        pending,
        turn: Promise.resolve(),
        timer: undefined,
        handled: undefined,
        failed: false,
      };
      this.partitions.set(name, place);
    }
    return place;
  }

  private next<T>(place: Partition, work: () => Promise<T>): Promise<T> {
    const done = place.turn.then(work);
    place.turn = done.catch(() => undefined);
    return done;
  }

  private arm(place: Partition): void {
    if (!this.isCurrent(place)) return;
    place.timer ??= setTimeout(() => this.writeSoon(place), this.options.afterMs);
  }

  private writeSoon(place: Partition): void {
    clearTimeout(place.timer);
    place.timer = undefined;
    this.next(place, () => this.write(place)).catch((error: Error) => {
      this.options.log.warn(
        { topic: place.topic, partition: place.partition, error: error.message },
        'rows of larger windows wait',
      );
      this.arm(place);
    });
  }

  private async write(place: Partition): Promise<void> {
    place.failed = true;
    await this.options.write(place.pending);
    place.failed = false;
    const { handled } = place;
    place.handled = undefined;
    if (handled !== undefined && this.isCurrent(place))
      this.options.commit(place.topic, place.partition, handled);
  }

  private isCurrent(place: Partition): boolean {
    return this.partitions.get(`${place.topic}/${place.partition}`) === place;
  }
}
