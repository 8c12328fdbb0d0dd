interface Bucket {
  tokens: number;
  /** Epoch ms of the last refill. */
  at: number;
}

/**
 * Beyond this many devices those whose bucket has filled up again are forgotten: they are as good
 * as new.
 */
const PRUNE_ABOVE = 10_000;

/** A token bucket per device. */
export class Quota {
  private readonly buckets = new Map<string, Bucket>();
  private pruneAbove = PRUNE_ABOVE;

  /** @param perSecond readings a second; @param burst readings at once */
  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
  ) {}

  get devices(): number {
    return this.buckets.size;
  }

  /** Takes one reading of a device. @returns 0, or the whole seconds until it has one again. */
  take(device: string, now: number): number {
    const bucket = this.buckets.get(device);
    if (!bucket) {
      if (this.buckets.size >= this.pruneAbove) this.prune(now);
      this.buckets.set(device, { tokens: this.burst - 1, at: now });
      return 0;
    }
    const elapsed = Math.max(0, now - bucket.at);
    bucket.tokens = Math.min(this.burst, bucket.tokens + (elapsed / 1000) * this.perSecond);
    bucket.at = now;
    if (bucket.tokens >= 1) {
      bucket.tokens--;
      return 0;
    }
    return Math.ceil((1 - bucket.tokens) / this.perSecond);
  }

  private prune(now: number): void {
    const fullAfterMs = (this.burst / this.perSecond) * 1000;
    for (const [device, { at }] of this.buckets)
      if (now - at >= fullAfterMs) this.buckets.delete(device);
    this.pruneAbove = Math.max(PRUNE_ABOVE, this.buckets.size * 2);
  }
}
