/**
 * The last moment, before and after 1970, that a JavaScript Date can hold, epoch ms. A database
 * holds others too: read from there, they are no time.
 */
export const LAST_MS = 8.64e15;

/** A date as served: ISO 8601 in UTC; null where a document holds none that is a time. */
export const isoTime = (date: Date): string | null =>
  Number.isNaN(date.getTime()) ? null : date.toISOString();

/**
 * Documents whose time is none, at the edge of a list where the database puts them: all beyond one
 * end count as of one time, the last moment of that end, so that paging passes through them by
 * their ids and by nothing else.
 */
export class EdgeTimes {
  private readonly edges = new WeakMap<object, number>();

  /**
   * @param isLate which of some ids are of documents beyond the late end; asked only about
   * documents without a time
   */
  constructor(
    private readonly isLate: (ids: readonly unknown[]) => Promise<ReadonlySet<unknown>>,
  ) {}

  /** Finds out on which side the documents without a time are. */
  async settle<D extends object>(documents: readonly D[], field: string): Promise<void> {
    const without = documents.filter((document) =>
      Number.isNaN(((document as Record<string, unknown>)[field] as Date).getTime()),
    );
    if (without.length === 0) return;
    const idOf = (document: D): unknown => (document as Record<string, unknown>)['_id'];
    const late = await this.isLate(without.map(idOf));
    for (const document of without)
      this.edges.set(document, late.has(idOf(document)) ? LAST_MS : -LAST_MS);
  }

  /** Epoch ms of a document's time; of one that has none, its end of the list. */
  timeOf(document: object, field: string): number {
    const time = ((document as Record<string, unknown>)[field] as Date).getTime();
    return Number.isNaN(time) ? (this.edges.get(document) ?? -LAST_MS) : time;
  }
}
