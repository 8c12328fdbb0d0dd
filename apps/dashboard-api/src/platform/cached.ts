import { DeadlineExceeded, withinDeadline } from '@iot/resilience';

/**
 * The answer to a question that costs something. It is asked when somebody wants to know, once at a
 * time, and the answer is kept for a while, also when it is a failure: however many ask, whoever
 * answers is left in peace.
 */
export class Cached<T> {
  private askedAt = -Infinity;
  private answer: Promise<T> | undefined;
  private asking = false;

  /**
   * @param keepMs how long an answer is good
   * @param patienceMs from the question on; whoever asks later while there is no answer waits for
   *   the rest of it only
   */
  constructor(
    private readonly ask: () => Promise<T>,
    private readonly keepMs: number,
    private readonly patienceMs: number,
    private readonly clock: () => number = () => performance.now(),
  ) {}

  /** @throws what the question throws, or DeadlineExceeded */
  get(): Promise<T> {
    if (!this.answer || (!this.asking && this.clock() - this.askedAt >= this.keepMs)) {
      this.askedAt = this.clock();
      this.asking = true;
      this.answer = this.ask().finally(() => (this.asking = false));
      this.answer.catch(() => undefined);
    }
    return withinDeadline(
      Math.max(0, this.askedAt + this.patienceMs - this.clock()),
      this.answer,
    ).catch((error: unknown) => {
      throw error instanceof DeadlineExceeded
        ? new DeadlineExceeded(`no answer within ${this.patienceMs} ms`)
        : error;
    });
  }
}
