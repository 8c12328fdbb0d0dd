import { inListOrder, type Position } from './position.js';

/** Reads of one collection, all restricted to a list's filters and to what comes behind `after`. */
export interface KeysetSource<D> {
  /** Up to `limit` documents by time, newest first; those with equal times in any order. */
  byTime(after: Position | undefined, limit: number): Promise<D[]>;
  /** The same without a limit, in batches. */
  allByTime(after: Position | undefined): AsyncIterable<D[]>;
  /** Up to `limit` documents of exactly this time, greatest id first. */
  atTime(time: number, after: Position | undefined, limit: number): Promise<D[]>;
}

/** Documents in list order, and whether others come behind them. */
export interface Slice<D> {
  readonly documents: D[];
  readonly more: boolean;
}

type Place<D> = (document: D) => Position;

const inOrder = <D>(documents: D[], place: Place<D>): D[] => documents.sort((a, b) => inListOrder(place(a), place(b)));

/**
 * The next `limit` documents in list order. Sorting by time alone is what an index on the time serves, with or without a device before it;
 * ids only matter where the last place falls among equal times, and then those are read a second time, in the order of their ids.
 */
export async function readInOrder<D>(
  source: KeysetSource<D>,
  place: Place<D>,
  after: Position | undefined,
  limit: number,
): Promise<Slice<D>> {
  const newest = await source.byTime(after, limit + 1);
  if (newest.length <= limit) return { documents: inOrder(newest, place), more: false };
  const cut = place(newest[limit]!).time;
  const whole = newest.filter((document) => place(document).time > cut);
  const tied = whole.length === limit ? [] : await source.atTime(cut, after, limit - whole.length);
  return { documents: [...inOrder(whole, place), ...tied], more: true };
}

/**
 * All documents in list order, in batches. Those of equal times are held back until they can be put in order; when more than `held` share one
 * time, they are read by their ids instead, `held` at a time.
 */
export async function* readAllInOrder<D>(
  source: KeysetSource<D>,
  place: Place<D>,
  after: Position | undefined,
  held: number,
): AsyncGenerator<D[], void, undefined> {
  for (let from = after; ;) {
    let tied: D[] = [];
    let crowded: number | undefined;
    for await (const batch of source.allByTime(from)) {
      const settled: D[] = [];
      for (const document of batch) {
        if (tied.length > 0 && place(tied[0]!).time !== place(document).time) settled.push(...inOrder(tied.splice(0), place));
        tied.push(document);
      }
      if (settled.length > 0) yield settled;
      if (tied.length > held) {
        crowded = place(tied[0]!).time;
        break;
      }
    }
    if (crowded === undefined) {
      if (tied.length > 0) yield inOrder(tied, place);
      return;
    }
    for (let last = from; ;) {
      tied = await source.atTime(crowded, last, held);
      if (tied.length > 0) yield tied;
      if (tied.length < held) break;
      last = place(tied.at(-1)!);
    }
    // No id is smaller than the empty one: behind everything of this time.
    from = { time: crowded, id: '' };
  }
}
