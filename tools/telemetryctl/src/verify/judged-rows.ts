import { rawFloor, rowFloor, type Facts } from '@iot/rollup';
import type { RowName } from './row-fold.js';

/** A verification may take so long: what retention removes meanwhile is not judged, ms. */
const DURATION_MS = 3_600_000;

/**
 * Which rows can be judged: those that all raw events of their window are kept of, and that are
 * kept up to date themselves.
 */
export class JudgedRows {
  /** Raw events from here on are all there (epoch ms). */
  readonly retainedFrom: number;
  private readonly later: number;

  constructor(
    private readonly facts: Facts,
    now: number,
  ) {
    this.later = now + DURATION_MS;
    this.retainedFrom = rawFloor(facts.raw, this.later);
  }

  /**
   * Whether a row must be the fold of its raw events. @param era of the row; undefined: it does not
   * exist
   */
  judges({ window, start }: Pick<RowName, 'window' | 'start'>, era: number | undefined): boolean {
    const size = this.facts.sizes[window.label];
    if (!size || start < this.retainedFrom || start < rowFloor(size, this.later)) return false;
    return start >= size.completeSince || era === size.era;
  }
}
