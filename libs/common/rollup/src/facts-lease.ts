import type { Facts } from './facts.js';
import type { StoredFacts } from './facts-store.js';
import type { Standing } from './recompute.js';

/** Facts that were read longer ago than this (ms) are not built upon. */
export const LEASE_MS = 10_000;
/** How often they are read. */
export const RENEW_MS = 2500;
/**
 * After so long nobody builds upon facts of before any more: the lease, and the time that clocks of
 * processes may differ over it.
 */
export const NOTICE_MS = LEASE_MS + 2000;

/** The facts cannot be built upon: they changed, or nobody knows them as of late. Passing. */
export class NotInForce extends Error {
  override readonly name = 'NotInForce';
}

/**
 * Facts that somebody works under, for as long as they are known to be in force. Every use asks for
 * them anew; that costs a comparison, as they are read beside the work.
 */
export class FactsLease {
  private renewedAt = -Infinity;

  /** @param facts what is built upon; a change of the configuration ends it */
  constructor(
    private facts: Facts,
    private readonly monotonic: () => number = () => performance.now(),
    private readonly clock: () => number = Date.now,
  ) {}

  get epoch(): number {
    return this.facts.epoch;
  }

  /** Reads the facts again. @param read may throw: then the lease goes on for what is left of it */
  async renew(read: () => Promise<StoredFacts | undefined>): Promise<void> {
    const asked = this.monotonic();
    this.take(await read(), asked);
  }

  /** @param asked when the reading of `stored` began, by the monotonic clock */
  take(stored: StoredFacts | undefined, asked: number): void {
    // A database without facts has no workers.
    if (stored && (stored.facts.epoch !== this.facts.epoch || !stored.inForce)) {
      this.renewedAt = -Infinity;
      return;
    }
    if (stored) this.facts = stored.facts;
    this.renewedAt = Math.max(this.renewedAt, asked);
  }

  /** @throws NotInForce */
  standing(): Standing {
    if (this.monotonic() - this.renewedAt > LEASE_MS)
      throw new NotInForce(
        'the configuration in force has changed, or the database did not say so of late',
      );
    return { facts: this.facts, now: this.clock() };
  }
}
