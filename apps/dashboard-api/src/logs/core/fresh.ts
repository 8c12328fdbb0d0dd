import type { LogDocument } from '@iot/mongo';

type Stored = Pick<LogDocument, '_id' | 'stored_at'>;

/** Clocks of workers differ, and what one stores late has an earlier time. */
const OVERLAP_MS = 2000;

/** Tells lines that were not seen yet, of lines that are read again and again by when stored. */
export class Fresh<L extends Stored = LogDocument> {
  private seen = new Map<string, number>();
  private newestMs: number;

  /** @param fromMs epoch ms; what was stored before is not wanted */
  constructor(private readonly fromMs: number) {
    this.newestMs = fromMs;
  }

  /** Lines stored from then on are to be read, epoch ms. */
  get since(): number {
    return Math.max(this.fromMs, this.newestMs - OVERLAP_MS);
  }

  /** @param lines all that were stored since, in any order */
  of(lines: readonly L[]): L[] {
    const fresh = lines.filter(({ _id }) => !this.seen.has(_id));
    for (const { _id, stored_at } of fresh) {
      const at = stored_at.getTime();
      this.seen.set(_id, at);
      this.newestMs = Math.max(this.newestMs, at);
    }
    const { since } = this;
    for (const [id, at] of this.seen) if (at < since) this.seen.delete(id);
    return fresh;
  }
}
