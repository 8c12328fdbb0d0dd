/**
 * Where more than this is between two sightings of a partition, nobody knows whether devices could
 * write in between: the broker, the worker or a clock stood still or jumped. Such a time does not
 * count.
 */
export const BLIND_MS = 5000;

/** Progress as it is stored. */
export interface StoredProgress {
  /** Milliseconds that went by under somebody's eyes. */
  readonly ms: number;
  /** Time of arrival to which it has come; epoch ms. */
  readonly arrival: number;
}

/**
 * How much time the log of a partition shows to have gone by. Not the time of day: in a backlog it
 * is the time between the arrivals of records, and at the end of the partition the time between
 * answers of the broker that there is nothing more. A longer time that nobody saw does not count,
 * so silence is not made of a stopped broker, a stopped worker, or a clock that was set.
 */
export class PartitionProgress {
  private atEnd = false;
  private seenAt = 0;

  constructor(
    private total = 0,
    private arrival = -Infinity,
  ) {}

  get ms(): number {
    return this.total;
  }

  /** Undefined: nothing was seen yet. */
  get stored(): StoredProgress | undefined {
    return this.arrival === -Infinity ? undefined : { ms: this.total, arrival: this.arrival };
  }

  /**
   * A record was reached.
   * @param receivedAt epoch ms
   * @param now of a clock that never goes back, ms
   * @returns the progress with it
   */
  record(receivedAt: number, now: number): number {
    if (this.arrival === -Infinity) this.arrival = receivedAt;
    else if (this.atEnd) this.passed(step(now - this.seenAt));
    else this.total += step(receivedAt - this.arrival);
    this.atEnd = false;
    this.seenAt = now;
    if (receivedAt > this.arrival) this.arrival = receivedAt;
    return this.total;
  }

  /** The broker has said that there is nothing more, and all that there was is handled. */
  end(now: number): void {
    if (this.arrival === -Infinity) return;
    // From a record to the end there is no time: it may be of long ago.
    if (this.atEnd) this.passed(step(now - this.seenAt));
    this.atEnd = true;
    this.seenAt = now;
  }

  private passed(ms: number): void {
    this.total += ms;
    this.arrival += ms;
  }
}

const step = (ms: number): number => (ms > 0 && ms <= BLIND_MS ? ms : 0);
