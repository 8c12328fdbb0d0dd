/** How a process that lives is asked whether it still answers. Times in milliseconds. */
export interface HealthOptions {
  /** From one answer, or none, to the next question. */
  everyMs: number;
  /** So many questions in a row must go without an answer. */
  failures: number;
  /** And so long must the last answer be ago: a busy machine is slow, not dead. */
  silentMs: number;
}

/** Twelve questions and a minute. */
export const DEFAULT_HEALTH: HealthOptions = { everyMs: 5000, failures: 12, silentMs: 60_000 };

/** Judges the answers of one process. Pure: time comes in as an argument, in milliseconds. */
export class HealthWatch {
  private failed = 0;
  private answeredAt: number;
  private askedAt: number;

  constructor(
    private readonly options: HealthOptions,
    now: number,
  ) {
    this.answeredAt = now;
    this.askedAt = now;
  }

  /** Takes the outcome of a question; true: the process is to be ended. */
  hung(answered: boolean, now: number): boolean {
    // Nobody asked for a long time: it was this process, or the machine, that stood still.
    const asleep = now - this.askedAt > 4 * this.options.everyMs + this.options.silentMs / 4;
    this.askedAt = now;
    if (answered || asleep) {
      this.failed = 0;
      this.answeredAt = now;
      return false;
    }
    this.failed += 1;
    return this.failed >= this.options.failures && now - this.answeredAt >= this.options.silentMs;
  }
}
