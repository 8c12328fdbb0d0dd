/** Sooner than this after it was there, a subscription is lost for a reason that stays, ms. */
const HELD_MS = 5000;
/** So often in a row before it counts as one. */
const OFTEN = 3;

/**
 * How long to wait before the next connection. Two clients that have the same name cut each other
 * off, and would do so for ever if both came back at once.
 */
export class Patience {
  private short = 0;

  /** @param leastMs for what happens once @param mostMs for what happens again and again */
  constructor(
    private readonly leastMs: number,
    private readonly mostMs: number,
  ) {}

  /** Whether subscriptions are lost as soon as they are there. */
  get isCutOff(): boolean {
    return this.short >= OFTEN;
  }

  /**
   * A connection was lost.
   * @param heldMs how long there was a subscription; undefined: there was none
   * @returns ms to wait
   */
  next(heldMs: number | undefined): number {
    if (heldMs !== undefined) this.short = heldMs < HELD_MS ? this.short + 1 : 0;
    const times = Math.max(0, this.short - OFTEN + 1);
    return Math.min(this.mostMs, this.leastMs * 2 ** times);
  }
}
