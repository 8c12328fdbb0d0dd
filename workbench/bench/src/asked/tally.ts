import { percentile } from '../core/results.js';
import type { Sample } from '../run/interleave.js';

export const ACCEPTED = 202;

/** What the clients of a load were answered. */
export class Tally {
  private readonly times: number[] = [];
  private readonly statuses = new Map<number, number>();
  /** Numbers of the readings that were acknowledged. */
  readonly acknowledged: number[] = [];

  private answered = 0;
  private acceptedAtOnce = 0;
  private acceptedInTime = 0;

  /**
   * @param status 0: the connection broke
   * @param ms from when the request was due until its answer; undefined: its time does not count
   */
  add(n: number, status: number, ms: number | undefined): void {
    this.answered++;
    if (ms !== undefined) {
      this.times.push(ms);
      if (status === ACCEPTED) this.acceptedInTime++;
    }
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
    if (status !== ACCEPTED) return;
    this.acceptedAtOnce++;
    this.acknowledged.push(n);
  }

  /** What was answered to a reading that was sent once more, as it was not accepted before. */
  addAgain(n: number, status: number): void {
    if (status === ACCEPTED) this.acknowledged.push(n);
  }

  /** Answers other than 202, by status. */
  get others(): Record<number, number> {
    return Object.fromEntries([...this.statuses].filter(([status]) => status !== ACCEPTED));
  }

  /** @param seconds of the answers whose time counts */
  sample(seconds: number): Sample {
    const share = (accepted: number): number => (100 * accepted) / Math.max(1, this.answered);
    return {
      rate: this.acceptedInTime / seconds,
      answered_202: share(this.acceptedAtOnce),
      answered_in_two: share(this.acknowledged.length),
      failed: this.answered - this.acceptedAtOnce,
      p50_ms: percentile(this.times, 0.5),
      p99_ms: percentile(this.times, 0.99),
      slowest_ms: this.times.reduce((most, ms) => Math.max(most, ms), 0),
    };
  }
}
