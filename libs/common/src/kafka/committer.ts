import type { Consumer } from 'kafkajs';
import type { Logger } from 'pino';

/**
 * Commits offsets beside the work: a commit takes about 6 ms, in which the next batch is already handled. What is marked while one is on its
 * way goes out together in the next. A commit that fails loses nothing; the records are delivered again.
 */
export class Committer {
  private readonly marked = new Map<string, { topic: string; partition: number; offset: string }>();
  private running: Promise<void> | undefined;

  constructor(
    private readonly consumer: Consumer,
    private readonly log: Logger,
  ) {}

  /** @param nextOffset the first offset that is not handled yet */
  mark(topic: string, partition: number, nextOffset: string): void {
    this.marked.set(`${topic}/${partition}`, { topic, partition, offset: nextOffset });
    this.running ??= this.run();
  }

  /** Forgets what is not on its way yet: after a rebalance another member may own the partitions. */
  forget(): void {
    this.marked.clear();
  }

  /** Resolves when everything marked so far is committed or has failed. */
  async settled(): Promise<void> {
    await this.running;
  }

  private async run(): Promise<void> {
    while (this.marked.size > 0) {
      const offsets = [...this.marked.values()];
      this.marked.clear();
      try {
        await this.consumer.commitOffsets(offsets);
      } catch (error) {
        this.log.warn(
          { error: (error as Error).message, partitions: offsets.length },
          'offset commit failed; these records may be delivered again, and are recognised then',
        );
      }
    }
    this.running = undefined;
  }
}
