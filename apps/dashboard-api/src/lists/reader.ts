import { INDEXES, planOf, type IndexPlan, type Mongo } from '@iot/mongo';
import type { Document, Filter, FindCursor } from '@iot/mongo';
import {
  allSparse,
  readAllInOrder,
  readInOrder,
  readSparse,
  type KeysetSource,
  type SparseSource,
} from './core/keyset.js';
import { EdgeTimes, LAST_MS } from './core/edge-times.js';
import { cutPage, type Page } from './core/page.js';
import type { Position } from './core/position.js';
import type { Selection } from './core/selection.js';
import type { DashboardMetrics } from '../metrics.js';
import { withinDeadline } from '@iot/resilience';
import type { List } from './lists.js';

/**
 * Documents that a whole export fetches at a time; with {@link HELD} it bounds its memory, a few
 * megabytes.
 */
const BATCH = 1000;
/** Documents of one time that an export holds, to put them in order. */
const HELD = 5000;

/**
 * Documents that a step of a list looks at which no index serves alone, and steps of a page: it is
 * answered within the deadline, full or not.
 */
const STEP = 10_000;
const STEPS_OF_PAGE = 4;

/**
 * Reads lists. A page is read within the deadline, or not at all. All throw the driver's error or
 * DeadlineExceeded.
 */
export class ListReader {
  constructor(
    private readonly mongo: Mongo,
    private readonly timeoutMS: number,
    private readonly metrics: DashboardMetrics,
  ) {}

  /** The first `limit` rows of a selection. */
  async page<D extends Document, R>(
    list: List<D, R>,
    selection: Selection,
    limit: number,
  ): Promise<Page<R>> {
    const resumed = selection.after?.part === undefined ? 0 : 1;
    const stop = this.metrics.readSeconds.startTimer({ list: list.name });
    const { after } = selection;
    const edges = this.edges(list);
    const place = placeIn(list, edges);
    const sparse = this.sparse(list, selection, edges);
    const reading = sparse
      ? readSparse(sparse, place, after, limit + resumed, STEPS_OF_PAGE)
      : readInOrder(this.source(list, selection, edges), place, after, limit + resumed);
    const slice = await withinDeadline(this.timeoutMS, reading).finally(stop);
    return cutPage(
      slice,
      place,
      (document) => list.rows(document, selection),
      selection.after,
      limit,
    );
  }

  /**
   * All rows of a selection, some thousand at a time; the database is asked for more when those
   * were taken.
   */
  async *all<D extends Document, R>(
    list: List<D, R>,
    selection: Selection,
  ): AsyncGenerator<R[], void, undefined> {
    const edges = this.edges(list);
    const place = placeIn(list, edges);
    const sparse = this.sparse(list, selection, edges);
    const source = this.source(list, selection, edges);
    const all = sparse
      ? { ...source, allByTime: (after: Position | undefined) => allSparse(sparse, after) }
      : source;
    for await (const documents of readAllInOrder(all, place, selection.after, HELD))
      yield cutPage(
        { documents, more: false },
        place,
        (document) => list.rows(document, selection),
        selection.after,
        Infinity,
      ).rows;
  }

  private edges<D extends Document, R>(list: List<D, R>): EdgeTimes {
    return new EdgeTimes(async (ids) => {
      const late = { _id: { $in: ids }, [list.orderBy]: { $gt: new Date(LAST_MS) } } as Filter<D>;
      const found = list
        .collection(this.mongo)
        .find(late, { projection: { _id: 1 }, timeoutMS: this.timeoutMS });
      return new Set((await found.toArray()).map(({ _id }) => _id as unknown));
    });
  }

  /** Undefined where an index answers all of the filter. */
  private sparse<D extends Document, R>(
    list: List<D, R>,
    selection: Selection,
    edges: EdgeTimes,
  ): SparseSource<D> | undefined {
    const { served, residual } = planFor(list, selection);
    if (residual.length === 0) return undefined;
    const { orderBy } = list;
    const { timeoutMS } = this;
    const collection = list.collection(this.mongo);
    /**
     * The time of the document a step behind the first that has to be looked at: by the index
     * alone, of which the time is a part.
     */
    const timeBehind = async (conditions: object[]): Promise<number | undefined> => {
      const options = { projection: { _id: 0, [orderBy]: 1 }, timeoutMS } as const;
      const some = collection
        .find({ $and: [served, ...conditions] } as Filter<D>, options)
        .sort({ [orderBy]: -1 });
      const [last] = await some.skip(STEP).limit(1).toArray();
      return last === undefined ? undefined : (last[orderBy] as Date).getTime();
    };
    return {
      async stepEnd(after) {
        // An id of nothing is behind all of its time.
        const open = after && {
          [orderBy]: { [after.id === '' ? '$lt' : '$lte']: new Date(after.time) },
        };
        const time = await timeBehind(open ? [open] : []);
        if (time === undefined || time <= -LAST_MS) return undefined;
        if (!Number.isNaN(time)) return Math.min(time, LAST_MS - 1);
        // Of what has no time that can be told, a step takes all of one end of the list.
        return (await timeBehind([{ [orderBy]: { $gt: new Date(LAST_MS) } }])) === undefined
          ? undefined
          : LAST_MS - 1;
      },
      newerThan: (end) =>
        this.source(
          list,
          selection,
          edges,
          end === undefined ? [] : [{ [orderBy]: { $gt: new Date(end) } }],
        ),
    };
  }

  private source<D extends Document, R>(
    list: List<D, R>,
    selection: Selection,
    edges: EdgeTimes,
    also: readonly object[] = [],
  ): KeysetSource<D> {
    const collection = list.collection(this.mongo);
    const { orderBy } = list;
    const { timeoutMS } = this;
    const where = (conditions: object[]) =>
      ({ $and: [list.filter(selection), ...also, ...conditions] }) as Filter<D>;
    const find = async (
      conditions: object[],
      sort: Record<string, -1>,
      limit: number,
    ): Promise<D[]> => {
      const documents = (await collection
        .find(where(conditions), { timeoutMS })
        .sort(sort)
        .limit(limit)
        .toArray()) as D[];
      await edges.settle(documents, orderBy);
      return documents;
    };
    return {
      byTime: (after, limit) => find(after ? behind(orderBy, after) : [], { [orderBy]: -1 }, limit),
      allByTime: (after) => {
        const options = { timeoutMS, timeoutMode: 'iteration', batchSize: BATCH } as const;
        const cursor = collection
          .find(where(after ? behind(orderBy, after) : []), options)
          .sort({ [orderBy]: -1 });
        return settled(batches(cursor, timeoutMS) as AsyncIterable<D[]>, edges, orderBy);
      },
      atTime: (time, after, limit) =>
        find(
          [{ [orderBy]: at(time) }, ...(after?.time === time ? [{ _id: idsBehind(after) }] : [])],
          { _id: -1 },
          limit,
        ),
    };
  }
}

/**
 * How an index answers a selection of a list. @throws Error when none does, which a test of all
 * lists rules out
 */
export function planFor<D extends Document, R>(list: List<D, R>, selection: Selection): IndexPlan {
  const plan = planOf(list.filter(selection), list.orderBy, INDEXES[list.stored]);
  if (!plan) throw new Error(`no index serves the list ${list.name} in its order`);
  return plan;
}

/** The documents of a cursor as they arrive from the server. */
async function* batches<D>(
  cursor: FindCursor<D>,
  timeoutMS: number,
): AsyncGenerator<D[], void, undefined> {
  try {
    while (await withinDeadline(timeoutMS, cursor.hasNext())) yield cursor.readBufferedDocuments();
  } finally {
    // Not waited for: it asks the server, which may be the one that hangs.
    void cursor.close().catch(() => undefined);
  }
}

const placeIn =
  <D extends Document, R>(list: List<D, R>, edges: EdgeTimes) =>
  (document: D): Position => ({
    time: edges.timeOf(document, list.orderBy),
    id: String(document['_id']),
  });

async function* settled<D extends object>(
  all: AsyncIterable<D[]>,
  edges: EdgeTimes,
  field: string,
): AsyncGenerator<D[], void, undefined> {
  for await (const documents of all) {
    await edges.settle(documents, field);
    yield documents;
  }
}

/** At each end of what a Date holds stand all times beyond it, too. */
const at = (time: number): object | Date =>
  time >= LAST_MS
    ? { $gte: new Date(LAST_MS) }
    : time <= -LAST_MS
      ? { $lte: new Date(-LAST_MS) }
      : new Date(time);

/**
 * The first condition says nothing that the second does not; it is what an index range is made of.
 */
function behind(field: string, after: Position): object[] {
  if (after.time <= -LAST_MS) return [{ [field]: at(after.time), _id: idsBehind(after) }];
  const older = { [field]: { $lt: new Date(after.time) } };
  const tied = { [field]: at(after.time), _id: idsBehind(after) };
  return [
    ...(after.time >= LAST_MS ? [] : [{ [field]: { $lte: new Date(after.time) } }]),
    { $or: [older, tied] },
  ];
}

/** A document that gave only some of its rows is read again for the others. */
const idsBehind = ({ id, part }: Position): object =>
  part === undefined ? { $lt: id } : { $lte: id };
