/** No record waits for longer than this for others to come. */
const LONGEST_MS = 400;
/** As many as make a fetch worth its while: five or so for each of a dozen partitions. */
const WANTED = 64;

/**
 * When to ask a broker for records again. It answers as soon as there is one, so a worker of few
 * events a second would handle each alone, at many times the cost of one among others: each fetch,
 * write and commit is a message of its own. So the next question waits until some 64 records should
 * be there by the rate of the last answer, at most 400 ms. A worker that found nothing asks at once,
 * and what comes then is handled at once; one with a backlog, or many events a second, does not
 * wait. Times are in milliseconds of one clock that only goes forwards.
 */
export class FetchPace {
  private answeredAt = -Infinity;
  private apartMs = 0;

  /** How long to wait before the next question. */
  waitMs(now: number): number {
    return Math.max(0, this.apartMs - (now - this.answeredAt));
  }

  /** The last question brought so many records. */
  answered(records: number, now: number): void {
    const sinceMs = now - this.answeredAt;
    this.apartMs = records === 0 ? 0 : Math.min(LONGEST_MS, (WANTED / records) * sinceMs);
    this.answeredAt = now;
  }
}
