import type { Admin } from 'kafkajs';
import type { ConsumerMetrics } from '@iot/metrics';

const REFRESH_MS = 10_000;
/**
 * A partition that nothing was heard of for so long is asked about: more than a fetch waits for
 * records.
 */
const SILENCE_MS = 4000;

interface Position {
  /** First offset not handled yet. */
  next: bigint;
  /**
   * Arrival time of the last record handled; until then when the partition was assigned, so that a
   * worker that handles nothing shows. Epoch ms.
   */
  recordTime: number;
  end: bigint;
  /** When the end was last heard of, on the clock of `performance`. */
  heardAt: number;
}

/**
 * Consumer lag per partition, in records and in seconds: from each batch, and refreshed so that it
 * grows while nothing is consumed. What is fetched tells where a partition ends; the broker is
 * asked only about topics that are not fetched from, as when a partition is paused or a batch takes
 * long.
 */
export class LagMonitor {
  private readonly positions = new Map<string, Map<number, Position>>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly admin: () => Admin,
    private readonly group: string,
    private readonly metrics: ConsumerMetrics,
  ) {}

  start(): void {
    this.timer ??= setInterval(
      () => void this.refresh().catch(() => undefined),
      REFRESH_MS,
    ).unref();
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** The partitions that this member owns from now on. */
  assign(assignment: Readonly<Record<string, readonly number[]>>): void {
    this.metrics.lagRecords.reset();
    this.metrics.lagSeconds.reset();
    this.positions.clear();
    const recordTime = Date.now();
    for (const [topic, partitions] of Object.entries(assignment))
      this.positions.set(
        topic,
        new Map(
          partitions.map((partition) => [
            partition,
            { next: -1n, recordTime, end: -1n, heardAt: -Infinity },
          ]),
        ),
      );
    void this.refresh().catch(() => undefined);
  }

  /** Where a partition ends by now; published with the next refresh. */
  heard(topic: string, partition: number, end: string): void {
    const position = this.positions.get(topic)?.get(partition);
    if (!position) return;
    position.end = BigInt(end);
    position.heardAt = performance.now();
  }

  /** What is handled after a batch. */
  advance(topic: string, partition: number, next: bigint, recordTime: number, end: bigint): void {
    const position = this.positions.get(topic)?.get(partition);
    if (!position) return;
    Object.assign(position, { next, recordTime, end });
    this.publish(topic, partition, position);
  }

  /** Whether all that a partition is known to hold is handled. */
  isAtEnd(topic: string, partition: number): boolean {
    const position = this.positions.get(topic)?.get(partition);
    return position !== undefined && position.next >= 0n && position.next >= position.end;
  }

  /** What was passed over up to `next`, as it held no record for anybody. */
  passOver(topic: string, partition: number, next: bigint): void {
    const position = this.positions.get(topic)?.get(partition);
    if (!position || next <= position.next) return;
    position.next = next;
    this.publish(topic, partition, position);
  }

  /** Lag over all partitions of this member, in records. */
  total(): number {
    let total = 0n;
    for (const partitions of this.positions.values())
      for (const { next, end } of partitions.values())
        if (next >= 0n && end > next) total += end - next;
    return Number(total);
  }

  private async refresh(): Promise<void> {
    for (const [topic, partitions] of this.positions) {
      const heardSince = performance.now() - SILENCE_MS;
      const known = [...partitions.values()].every(
        ({ next, heardAt }) => next >= 0n && heardAt > heardSince,
      );
      if (!known) await this.ask(topic, partitions);
      if (this.positions.get(topic) !== partitions) continue;
      for (const [partition, position] of partitions)
        if (position.next >= 0n) this.publish(topic, partition, position);
    }
  }

  private async ask(topic: string, partitions: Map<number, Position>): Promise<void> {
    if ([...partitions.values()].some(({ next }) => next < 0n))
      await this.loadCommitted(topic, partitions);
    for (const { partition, high, low } of await this.admin().fetchTopicOffsets(topic)) {
      const position = partitions.get(partition);
      if (!position) continue;
      position.end = BigInt(high);
      if (position.next < 0n) position.next = BigInt(low);
    }
  }

  private async loadCommitted(topic: string, partitions: Map<number, Position>): Promise<void> {
    const [committed] = await this.admin().fetchOffsets({ groupId: this.group, topics: [topic] });
    for (const { partition, offset } of committed?.partitions ?? []) {
      const position = partitions.get(partition);
      if (position && position.next < 0n && BigInt(offset) >= 0n) position.next = BigInt(offset);
    }
  }

  private publish(topic: string, partition: number, { next, recordTime, end }: Position): void {
    const lag = end > next ? Number(end - next) : 0;
    const labels = { topic, partition: String(partition) };
    this.metrics.lagRecords.set(labels, lag);
    this.metrics.lagSeconds.set(
      labels,
      lag === 0 ? 0 : Math.max(0, (Date.now() - recordTime) / 1000),
    );
  }
}
