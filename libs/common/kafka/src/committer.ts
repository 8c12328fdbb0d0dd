import type { Consumer } from 'kafkajs';
import type { Logger } from 'pino';
import { jitteredBackoff } from '@iot/resilience';

interface Position {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
}

const RETRY = { firstMs: 200, maxMs: 5000 };
/** Of so many failures in a row, one is logged. */
const LOG_EVERY = 10;

/**
 * Commits offsets beside the work: a commit takes about 6 ms, in which the next batch is already
 * handled. What is marked while one is on its way goes out together in the next. A commit that
 * fails is tried again until it succeeds, whether another batch comes or not; until then nothing is
 * lost, as the records would be delivered again.
 */
export class Committer {
  private readonly marked = new Map<string, Position>();
  private running: Promise<void> | undefined;
  private finishing = false;
  /** Ends the pause before the next attempt. */
  private wake: (() => void) | undefined;
  /** Grows when what is on its way is of no interest any more. */
  private epoch = 0;

  constructor(
    private readonly consumer: Pick<Consumer, 'commitOffsets'>,
    private readonly log: Logger,
    private readonly retry = RETRY,
  ) {}

  /** @param nextOffset the first offset that is not handled yet */
  mark(topic: string, partition: number, nextOffset: string): void {
    this.marked.set(`${topic}/${partition}`, { topic, partition, offset: nextOffset });
    this.running ??= this.run();
  }

  /**
   * Forgets what is not on its way yet, and tries nothing again: after a rebalance another member
   * may own the partitions.
   */
  forget(): void {
    this.epoch++;
    this.marked.clear();
    this.wake?.();
  }

  /**
   * Resolves when everything marked so far is committed, or has failed once more: this is the end,
   * and waits no longer.
   */
  async settled(): Promise<void> {
    this.finishing = true;
    this.wake?.();
    await this.running;
  }

  private async run(): Promise<void> {
    for (let failures = 0; this.marked.size > 0;) {
      const { epoch } = this;
      const offsets = [...this.marked.values()];
      this.marked.clear();
      try {
        await this.consumer.commitOffsets(offsets);
        failures = 0;
      } catch (error) {
        if (failures % LOG_EVERY === 0)
          this.log.warn(
            { error: (error as Error).message, partitions: offsets.length, failures: failures + 1 },
            'offset commit failed and is tried again; until it succeeds these records may be delivered again, and are recognised then',
          );
        if (this.finishing) break;
        if (epoch === this.epoch) this.markAgain(offsets);
        await this.pause(jitteredBackoff(failures++, this.retry, Math.random()));
      }
    }
    this.running = undefined;
  }

  /** What was marked meanwhile is further on. */
  private markAgain(offsets: readonly Position[]): void {
    for (const position of offsets) {
      const topicPartition = `${position.topic}/${position.partition}`;
      if (!this.marked.has(topicPartition)) this.marked.set(topicPartition, position);
    }
  }

  private pause(ms: number): Promise<void> {
    if (this.marked.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.wake?.(), ms);
      this.wake = () => {
        clearTimeout(timer);
        this.wake = undefined;
        resolve();
      };
    });
  }
}
