import type { Row } from '@iot/common/rollup';

/**
 * Rows as this worker last wrote or read them, by row id. A stale entry does no harm: its version makes the compare-and-set fail. Bounded by
 * two generations: when the young one is full it becomes the old one, and what the old one held and nobody asked for is gone.
 */
export class RowCache {
  private young = new Map<string, Row>();
  private old = new Map<string, Row>();

  /** @param capacity most rows held */
  constructor(private readonly capacity: number) {}

  get size(): number {
    return this.young.size + this.old.size;
  }

  get(id: string): Row | undefined {
    const row = this.young.get(id);
    if (row) return row;
    const kept = this.old.get(id);
    if (kept) {
      this.old.delete(id);
      this.set(id, kept);
    }
    return kept;
  }

  set(id: string, row: Row): void {
    this.old.delete(id);
    this.young.set(id, row);
    if (this.young.size * 2 <= this.capacity) return;
    this.old = this.young;
    this.young = new Map();
  }

  delete(id: string): void {
    this.young.delete(id);
    this.old.delete(id);
  }

  clear(): void {
    this.young.clear();
    this.old.clear();
  }
}
