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

/** Documents in list order, and whether others come behind them, or may. */
export interface Slice<D> {
  readonly documents: D[];
  readonly more: boolean;
  /**
   * Where to go on when that is not behind the last document: so far was looked, and nothing more
   * was found.
   */
  readonly reached?: Position;
}

/**
 * A list of which an index answers only a part of the filter: documents are looked at that are not
 * in the list.
 */
export interface SparseSource<D> {
  /**
   * The time of the document that comes some thousands behind `after`, of those that have to be
   * looked at: undefined when there are not so many. It bounds what a read of the newer ones costs.
   * Those of the time of `after` may count in whole, but not where its id is empty.
   */
  stepEnd(after: Position | undefined): Promise<number | undefined>;
  /** The list's documents newer than `end` (epoch ms); undefined: all. */
  newerThan(end: number | undefined): KeysetSource<D>;
}

/** Where in the list a document stands. */
export type PositionOf<D> = (document: D) => Position;

const inOrder = <D>(documents: D[], positionOf: PositionOf<D>): D[] =>
  documents.sort((a, b) => inListOrder(positionOf(a), positionOf(b)));

/**
 * The next `limit` documents in list order. Sorting by time alone is what an index on the time
 * serves, with or without a device before it; ids only matter where the last row falls among
 * equal times, and then those are read a second time, in the order of their ids.
 */
export async function readInOrder<D>(
  source: KeysetSource<D>,
  positionOf: PositionOf<D>,
  after: Position | undefined,
  limit: number,
): Promise<Slice<D>> {
  const newest = await source.byTime(after, limit + 1);
  if (newest.length <= limit) return { documents: inOrder(newest, positionOf), more: false };
  const cut = positionOf(newest[limit]!).time;
  const whole = newest.filter((document) => positionOf(document).time > cut);
  const tied = whole.length === limit ? [] : await source.atTime(cut, after, limit - whole.length);
  return { documents: [...inOrder(whole, positionOf), ...tied], more: true };
}

/**
 * All documents in list order, in batches. Those of equal times are held back until they can be put
 * in order; when more than `held` share one time, they are read by their ids instead, `held` at a
 * time.
 */
export async function* readAllInOrder<D>(
  source: KeysetSource<D>,
  positionOf: PositionOf<D>,
  after: Position | undefined,
  held: number,
): AsyncGenerator<D[], void, undefined> {
  for (let from = after; ;) {
    let tied: D[] = [];
    let crowded: number | undefined;
    for await (const batch of source.allByTime(from)) {
      const settled: D[] = [];
      for (const document of batch) {
        if (tied.length > 0 && positionOf(tied[0]!).time !== positionOf(document).time)
          settled.push(...inOrder(tied.splice(0), positionOf));
        tied.push(document);
      }
      if (settled.length > 0) yield settled;
      if (tied.length > held) {
        crowded = positionOf(tied[0]!).time;
        break;
      }
    }
    if (crowded === undefined) {
      if (tied.length > 0) yield inOrder(tied, positionOf);
      return;
    }
    for (let last = from; ;) {
      tied = await source.atTime(crowded, last, held);
      if (tied.length > 0) yield tied;
      if (tied.length < held) break;
      last = positionOf(tied.at(-1)!);
    }
    // No id is smaller than the empty one: behind everything of this time.
    from = { time: crowded, id: '' };
  }
}

/** A step of a sparse list: what is newer than `end`, and where the next one goes on. */
interface Step {
  readonly end: number | undefined;
  readonly next: Position | undefined;
}

async function stepFrom<D>(source: SparseSource<D>, from: Position | undefined): Promise<Step> {
  const time = await source.stepEnd(from);
  if (time === undefined) return { end: undefined, next: undefined };
  // In front of all documents of that time, so that no step ends among equal times; where they are
  // more than a step, it takes all of them.
  const before = { time: time + 1, id: '' };
  const goesOn = from === undefined || inListOrder(from, before) < 0;
  return goesOn ? { end: time, next: before } : { end: time - 1, next: { time, id: '' } };
}

/**
 * The next `limit` documents of a sparse list, or those that were found within so many steps: then
 * `reached` says how far that is. A page costs the same however rare its documents are.
 */
export async function readSparse<D>(
  source: SparseSource<D>,
  positionOf: PositionOf<D>,
  after: Position | undefined,
  limit: number,
  steps: number,
): Promise<Slice<D>> {
  const documents: D[] = [];
  let from = after;
  for (let i = 0; i < steps; i++) {
    const { end, next } = await stepFrom(source, from);
    const found = await readInOrder(
      source.newerThan(end),
      positionOf,
      from,
      limit - documents.length,
    );
    documents.push(...found.documents);
    if (found.more || next === undefined) return { documents, more: found.more };
    from = next;
    if (documents.length === limit) break;
  }
  return { documents, more: true, ...(from && { reached: from }) };
}

/**
 * All documents of a sparse list by time, in batches, a step at a time: no read takes long, however
 * rare they are.
 */
export async function* allSparse<D>(
  source: SparseSource<D>,
  after: Position | undefined,
): AsyncGenerator<D[], void, undefined> {
  for (let from = after; ;) {
    const { end, next } = await stepFrom(source, from);
    yield* source.newerThan(end).allByTime(from);
    if (next === undefined) return;
    from = next;
  }
}
