import { mergeInto, NotInForce } from '@iot/rollup';
import type { Level, TouchedRow } from './touched-rows.js';

/**
 * Rows of larger windows that batches of one partition have changed and that are not written yet.
 * Many batches change the same hour and the same day, so these are written once for all of them.
 * What a row was before is from before the first of these batches inserted anything.
 */
export class PendingRows {
  private readonly byLevel = new Map<number, Map<string, TouchedRow>>();
  private eventCount = 0;
  private epoch: number | undefined;

  /**
   * Says under which facts they are read and written: always the same, as what they were before may
   * not be what it was under others.
   * @throws NotInForce
   */
  under(epoch: number): void {
    this.epoch ??= epoch;
    if (this.epoch !== epoch)
      throw new NotInForce('the configuration has changed since these rows were read');
  }

  /** Events whose larger rows are not written. */
  get events(): number {
    return this.eventCount;
  }

  get size(): number {
    let size = 0;
    for (const rows of this.byLevel.values()) size += rows.size;
    return size;
  }

  has(level: number, id: string): boolean {
    return this.byLevel.get(level)?.has(id) ?? false;
  }

  /**
   * Takes over what a batch of so many events has changed at the levels that are fed from smaller
   * ones.
   */
  add(levels: readonly Level[], events: number): void {
    levels.forEach(({ source, rows }, level) => {
      if (!source) return;
      let pending = this.byLevel.get(level);
      if (!pending) this.byLevel.set(level, (pending = new Map()));
      for (const row of rows) {
        if (row.delta.count === 0 && !row.inDoubt) continue;
        const known = pending.get(row.key.id);
        if (known) {
          mergeInto(known.delta, row.delta);
          known.inDoubt ||= row.inDoubt;
        } else {
          // Its share was passed on; kept, the larger rows of this batch would live as long as this
          // one.
          row.larger.length = 0;
          pending.set(row.key.id, row);
        }
      }
    });
    if (this.size > 0) this.eventCount += events;
  }

  /** Levels with pending rows, smallest windows first. */
  levels(): number[] {
    return [...this.byLevel]
      .filter(([, rows]) => rows.size > 0)
      .map(([level]) => level)
      .sort((a, b) => a - b);
  }

  rowsOf(level: number): TouchedRow[] {
    return [...(this.byLevel.get(level)?.values() ?? [])];
  }

  /** Whether the rows of a level were written is not known, for one or for all. */
  doubt(level: number): void {
    for (const row of this.byLevel.get(level)?.values() ?? []) row.inDoubt = true;
  }

  /** The rows of a level are written. */
  written(level: number): void {
    this.byLevel.delete(level);
    if (this.byLevel.size === 0) this.eventCount = 0;
  }
}
