/** Waiting times between restarts of a process that keeps dying. All in milliseconds. */
export interface BackoffOptions {
  firstMs: number;
  longestMs: number;
  /** After this long in good health a death counts as the first one again. */
  healthyAfterMs: number;
}

/** 250 ms, doubled for each death, up to 10 s; forgotten after 30 s in good health. */
export const DEFAULT_BACKOFF: BackoffOptions = {
  firstMs: 250,
  longestMs: 10_000,
  healthyAfterMs: 30_000,
};

/** How long to wait before a restart. Pure: time comes in as an argument. */
export class Backoff {
  private deaths = 0;

  constructor(private readonly options: BackoffOptions = DEFAULT_BACKOFF) {}

  /**
   * The wait after a death; `livedMs` is how long the process had been ready, 0 when it never was.
   */
  next(livedMs: number): number {
    if (livedMs >= this.options.healthyAfterMs) this.deaths = 0;
    const wait = Math.min(this.options.firstMs * 2 ** this.deaths, this.options.longestMs);
    this.deaths += 1;
    return wait;
  }
}
