/** So many a second, and twice as many at once; a token bucket. Times are milliseconds. */
export class Pace {
  private tokens: number;
  private seenMs = -Infinity;

  constructor(private readonly perSecond: number) {
    this.tokens = perSecond * 2;
  }

  /** Whether one more may pass now. A clock that goes back gives nothing. */
  take(nowMs: number): boolean {
    const passed = nowMs - this.seenMs;
    if (passed > 0) {
      this.seenMs = nowMs;
      this.tokens = Math.min(this.perSecond * 2, this.tokens + (passed / 1000) * this.perSecond);
    }
    if (this.tokens < 1) return false;
    this.tokens--;
    return true;
  }
}
