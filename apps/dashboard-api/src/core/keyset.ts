import { inListOrder, type Position } from './position.js';

/** Two reads of one collection, both restricted to a list's filters and to what comes behind `after`. */
export interface KeysetSource<D> {
  /** Up to `limit` documents by time, newest first; those with equal times in any order. */
  byTime(after: Position | undefined, limit: number): Promise<D[]>;
  /** Up to `limit` documents of exactly this time, greatest id first. */
  atTime(time: number, after: Position | undefined, limit: number): Promise<D[]>;
}

/**
 * The next `limit` documents in list order. Sorting by time alone is what an index on the time serves, with or without a device before it;
 * ids only matter where the last place falls among equal times, and then those are read a second time, in the order of their ids.
 */
export async function readInOrder<D>(
  source: KeysetSource<D>,
  place: (document: D) => Position,
  after: Position | undefined,
  limit: number,
): Promise<D[]> {
  const newest = await source.byTime(after, limit + 1);
  const cut = newest.length > limit ? place(newest[limit]!).time : undefined;
  if (limit === 0 || cut === undefined || place(newest[limit - 1]!).time !== cut)
    return newest.slice(0, limit).sort((a, b) => inListOrder(place(a), place(b)));
  const whole = newest.filter((document) => place(document).time > cut).sort((a, b) => inListOrder(place(a), place(b)));
  return [...whole, ...(await source.atTime(cut, after, limit - whole.length))];
}
