import fc from 'fast-check';
import {
  allSparse,
  readAllInOrder,
  readInOrder,
  readSparse,
  type KeysetSource,
  type SparseSource,
} from './keyset.js';
import { cutPage, type RowOf } from './page.js';
import { inListOrder, type Position } from './position.js';

interface Stored {
  readonly id: string;
  readonly time: number;
  /** Names of the rows it gives; undefined: one row without a name. */
  readonly parts: readonly string[] | undefined;
}

const positionOf = ({ time, id }: Stored): Position => ({ time, id });
const rowsOf = ({ id, parts }: Stored): RowOf<string>[] =>
  parts?.map((part) => ({ part, row: `${id}/${part}` })) ?? [{ row: id }];

/** A collection in memory that answers equal times in an order of its own, as a database does. */
class Collection implements KeysetSource<Stored> {
  reads = 0;
  constructor(readonly documents: Stored[]) {}

  private behind(after: Position | undefined): Stored[] {
    if (!after) return [...this.documents];
    return this.documents.filter(
      ({ time, id }) =>
        time < after.time ||
        (time === after.time && (id < after.id || (after.part !== undefined && id === after.id))),
    );
  }

  async byTime(after: Position | undefined, limit: number): Promise<Stored[]> {
    this.reads++;
    return this.behind(after)
      .sort((a, b) => b.time - a.time || hash(a.id) - hash(b.id))
      .slice(0, limit);
  }

  async *allByTime(after: Position | undefined): AsyncGenerator<Stored[]> {
    const all = await this.byTime(after, Infinity);
    for (let i = 0; i < all.length; i += 3) yield all.slice(i, i + 3);
  }

  async atTime(at: number, after: Position | undefined, limit: number): Promise<Stored[]> {
    this.reads++;
    return this.behind(after)
      .filter(({ time }) => time === at)
      .sort((a, b) => (a.id < b.id ? 1 : -1))
      .slice(0, limit);
  }
}

const hash = (text: string): number =>
  [...text].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 97, 7);

const document: fc.Arbitrary<Stored> = fc.record({
  id: fc.stringMatching(/^[a-f]{1,3}$/),
  time: fc.integer({ min: 0, max: 5 }),
  parts: fc.option(
    fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { minLength: 1 }).map((parts) => parts.sort()),
    { nil: undefined },
  ),
});
const documents = fc.uniqueArray(document, {
  selector: ({ id }) => id,
  maxLength: 40,
  size: 'max',
});

/** Reads page after page, and lets `between` happen before each but the first. */
async function readPages(
  collection: Collection,
  limit: number,
  between: () => void,
): Promise<string[]> {
  const rows: string[] = [];
  for (let after: Position | undefined, pages = 0; ; pages++) {
    if (pages > 500) throw new Error('the pages do not end');
    const slice = await readInOrder(
      collection,
      positionOf,
      after,
      limit + (after?.part === undefined ? 0 : 1),
    );
    const page = cutPage(slice, positionOf, rowsOf, after, limit);
    expect(page.rows.length).toBeLessThanOrEqual(limit);
    rows.push(...page.rows);
    if (!page.next) return rows;
    expect(page.rows.length).toBeGreaterThan(0);
    after = page.next;
    between();
  }
}

describe('paging', () => {
  it('gives every row that was there at the start once, in order, whatever is inserted meanwhile', async () => {
    await fc.assert(
      fc.asyncProperty(
        documents,
        documents,
        fc.integer({ min: 1, max: 7 }),
        async (atStart, later, limit) => {
          const known = new Set(atStart.map(({ id }) => id));
          const arriving = later.filter(({ id }) => !known.has(id));
          const collection = new Collection([...atStart]);
          const rows = await readPages(collection, limit, () =>
            collection.documents.push(...arriving.splice(0, 2)),
          );
          const all = [...collection.documents]
            .sort((a, b) => inListOrder(positionOf(a), positionOf(b)))
            .flatMap((each) => rowsOf(each).map(({ row }) => row));
          const expected = all.filter((row) => known.has(row.split('/')[0]!));
          expect(rows.filter((row) => known.has(row.split('/')[0]!))).toEqual(expected);
          expect(new Set(rows).size).toBe(rows.length);
          // What arrived is in its place, or not there at all.
          const there = new Set(rows);
          expect(rows).toEqual(all.filter((row) => there.has(row)));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('reads a page once when its end does not fall among equal times', async () => {
    const collection = new Collection(
      [5, 4, 3, 2, 1].map((time) => ({ id: `d${time}`, time, parts: undefined })),
    );
    const { documents: page, more } = await readInOrder(collection, positionOf, undefined, 3);
    expect([page.map(({ id }) => id), more, collection.reads]).toEqual([
      ['d5', 'd4', 'd3'],
      true,
      1,
    ]);
  });

  it('says that there is no more exactly when there is none', async () => {
    await fc.assert(
      fc.asyncProperty(documents, fc.integer({ min: 1, max: 50 }), async (all, limit) => {
        const { documents: page, more } = await readInOrder(
          new Collection(all),
          positionOf,
          undefined,
          limit,
        );
        expect([page.length, more]).toEqual([Math.min(limit, all.length), all.length > limit]);
      }),
    );
  });

  it('ends with the page that has the last row, not with an empty one after it', async () => {
    const collection = new Collection(
      [3, 2, 1].map((time) => ({
        id: `d${time}`,
        time,
        parts: time === 1 ? ['a', 'b'] : undefined,
      })),
    );
    const slice = await readInOrder(collection, positionOf, undefined, 4);
    expect(cutPage(slice, positionOf, rowsOf, undefined, 4)).toEqual({
      rows: ['d3', 'd2', 'd1/a', 'd1/b'],
      next: undefined,
    });
    expect(cutPage(slice, positionOf, rowsOf, undefined, 3).next).toEqual({
      time: 1,
      id: 'd1',
      part: 'a',
    });
  });
});

describe('reading everything', () => {
  it('gives all documents behind a position in order, also when many share a time', async () => {
    await fc.assert(
      fc.asyncProperty(
        documents,
        fc.option(document, { nil: undefined }),
        fc.integer({ min: 1, max: 10 }),
        async (all, from, held) => {
          const after = from && positionOf(from);
          const given: Stored[] = [];
          for await (const some of readAllInOrder(new Collection(all), positionOf, after, held))
            given.push(...some);
          const expected = [...all]
            .sort((a, b) => inListOrder(positionOf(a), positionOf(b)))
            .filter((each) => !after || inListOrder(positionOf(each), after) > 0);
          expect(given).toEqual(expected);
        },
      ),
      { numRuns: 200 },
    );
  });
});

/** All documents are looked at, those with an id from "c" on are in the list. */
class SparseCollection implements SparseSource<Stored> {
  constructor(
    readonly documents: Stored[],
    readonly step: number,
  ) {}

  async stepEnd(after: Position | undefined): Promise<number | undefined> {
    const open = this.documents.filter(
      ({ time }) => !after || (after.id === '' ? time < after.time : time <= after.time),
    );
    return open.sort((a, b) => b.time - a.time)[this.step]?.time;
  }

  newerThan(end: number | undefined): Collection {
    const newer = this.documents.filter(({ time }) => end === undefined || time > end);
    return new Collection(newer.filter(inList));
  }
}
const inList = ({ id }: Stored): boolean => id >= 'c';
const expectedOf = (all: Stored[]): Stored[] =>
  all.filter(inList).sort((a, b) => inListOrder(positionOf(a), positionOf(b)));

describe('a list of which an index answers only a part', () => {
  it('gives every row once, in order, page after page, some of them short', async () => {
    const sizes = fc.integer({ min: 1, max: 6 });
    await fc.assert(
      fc.asyncProperty(documents, sizes, sizes, sizes, async (all, limit, step, steps) => {
        const source = new SparseCollection(all, step);
        const rows: string[] = [];
        for (let after: Position | undefined, pages = 0; ; pages++) {
          if (pages > 500) throw new Error('the pages do not end');
          const slice = await readSparse(
            source,
            positionOf,
            after,
            limit + (after?.part === undefined ? 0 : 1),
            steps,
          );
          const page = cutPage(slice, positionOf, rowsOf, after, limit);
          expect(page.rows.length).toBeLessThanOrEqual(limit);
          rows.push(...page.rows);
          if (!page.next) break;
          after = page.next;
        }
        expect(rows).toEqual(expectedOf(all).flatMap((each) => rowsOf(each).map(({ row }) => row)));
      }),
      { numRuns: 500 },
    );
  });

  it('is exported whole and in order, a step at a time', async () => {
    await fc.assert(
      fc.asyncProperty(
        documents,
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 10 }),
        async (all, step, held) => {
          const sparse = new SparseCollection(all, step);
          const source = sparse.newerThan(undefined);
          const stepwise: KeysetSource<Stored> = {
            byTime: (after, limit) => source.byTime(after, limit),
            atTime: (time, after, limit) => source.atTime(time, after, limit),
            allByTime: (after) => allSparse(sparse, after),
          };
          const given: Stored[] = [];
          for await (const some of readAllInOrder(stepwise, positionOf, undefined, held))
            given.push(...some);
          expect(given).toEqual(expectedOf(all));
        },
      ),
      { numRuns: 500 },
    );
  });
});
