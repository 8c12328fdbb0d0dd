/** Of failures in a row the first is told, and then one in so many. */
const TOLD_EVERY = 30;

/**
 * Work that is done every so often, and never twice at once: what takes longer than that is waited
 * for. A failure ends nothing; the work is done again the next time.
 */
export class Recurring {
  private timer: NodeJS.Timeout | undefined;
  private underWay: Promise<void> | undefined;
  private failures = 0;

  /** @param onTrouble told of some of the failures, as a database that is away fails each time */
  constructor(
    private readonly work: () => Promise<void>,
    private readonly everyMs: number,
    private readonly onTrouble: (error: Error) => void,
  ) {}

  /** For the first time after `everyMs`. */
  start(): void {
    this.timer ??= setInterval(() => this.now(), this.everyMs).unref();
  }

  /** Does it now, unless it is under way. */
  now(): void {
    this.underWay ??= this.work()
      .then(() => void (this.failures = 0))
      .catch((error: Error) => {
        if (this.failures++ % TOLD_EVERY === 0) this.onTrouble(error);
      })
      .finally(() => (this.underWay = undefined));
  }

  /** Resolves when what is under way has ended. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.timer = undefined;
    await this.underWay;
  }
}
