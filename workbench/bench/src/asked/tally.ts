import { percentile } from '../core/results.js';
import type { Sample } from '../run/interleave.js';

const ACCEPTED = 202;

/** What the clients of a load were answered. */
export class Tally {
  private readonly times: number[] = [];
  private readonly statuses = new Map<number, number>();
  /** Numbers of the readings that were acknowledged. */
  readonly acknowledged: number[] = [];

  private answered = 0;
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
    if (status === ACCEPTED) this.acknowledged.push(n);
  }

  /** Answers other than 202, by status. */
  get others(): Record<number, number> {
    return Object.fromEntries([...this.statuses].filter(([status]) => status !== ACCEPTED));
  }

  /** @param seconds of the answers whose time counts */
  sample(seconds: number): Sample {
    const accepted = this.acknowledged.length;
    return {
      rate: this.acceptedInTime / seconds,
      answered_202: (100 * accepted) / Math.max(1, this.answered),
      failed: this.answered - accepted,
      p50_ms: percentile(this.times, 0.5),
      p99_ms: percentile(this.times, 0.99),
      slowest_ms: this.times.reduce((most, ms) => Math.max(most, ms), 0),
    };
  }
}
