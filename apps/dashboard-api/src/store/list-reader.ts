import type { Mongo } from '@iot/common/mongo';
import type { Document, Filter, FindCursor } from 'mongodb';
import { readAllInOrder, readInOrder, type KeysetSource } from '../core/keyset.js';
import { cutPage, type Page } from '../core/page.js';
import type { Position } from '../core/position.js';
import type { Selection } from '../core/selection.js';
import type { DashboardMetrics } from '../metrics.js';
import { withinDeadline } from './deadline.js';
import type { List } from './lists.js';

/** Documents that a whole export fetches at a time; with {@link HELD} it bounds its memory, a few megabytes. */
const BATCH = 1000;
/** Documents of one time that an export holds, to put them in order. */
const HELD = 5000;

/** Reads lists. A page is read within the deadline, or not at all. All throw the driver's error or ReadTimeout. */
export class ListReader {
  constructor(
    private readonly mongo: Mongo,
    private readonly timeoutMS: number,
    private readonly metrics: DashboardMetrics,
  ) {}

  /** The first `limit` rows of a selection. */
  async page<D extends Document, R>(list: List<D, R>, selection: Selection, limit: number): Promise<Page<R>> {
    const resumed = selection.after?.part === undefined ? 0 : 1;
    const stop = this.metrics.readSeconds.startTimer({ list: list.name });
    const reading = readInOrder(this.source(list, selection), placeIn(list), selection.after, limit + resumed);
    const slice = await withinDeadline(this.timeoutMS, reading).finally(stop);
    return cutPage(slice, placeIn(list), (document) => list.rows(document, selection), selection.after, limit);
  }

  /** All rows of a selection, some thousand at a time; the database is asked for more when those were taken. */
  async *all<D extends Document, R>(list: List<D, R>, selection: Selection): AsyncGenerator<R[], void, undefined> {
    const place = placeIn(list);
    for await (const documents of readAllInOrder(this.source(list, selection), place, selection.after, HELD))
      yield cutPage({ documents, more: false }, place, (document) => list.rows(document, selection), selection.after, Infinity).rows;
  }

  private source<D extends Document, R>(list: List<D, R>, selection: Selection): KeysetSource<D> {
    const collection = list.collection(this.mongo);
    const { orderBy } = list;
    const { timeoutMS } = this;
    const where = (conditions: object[]) => ({ $and: [list.filter(selection), ...conditions] }) as Filter<D>;
    const find = (conditions: object[], sort: Record<string, -1>, limit: number): Promise<D[]> =>
      collection.find(where(conditions), { timeoutMS }).sort(sort).limit(limit).toArray() as Promise<D[]>;
    return {
      byTime: (after, limit) => find(after ? behind(orderBy, after) : [], { [orderBy]: -1 }, limit),
      allByTime: (after) => {
        const options = { timeoutMS, timeoutMode: 'iteration', batchSize: BATCH } as const;
        return batches(
          collection.find(where(after ? behind(orderBy, after) : []), options).sort({ [orderBy]: -1 }),
          timeoutMS,
        ) as AsyncIterable<D[]>;
      },
      atTime: (time, after, limit) =>
        find([{ [orderBy]: new Date(time) }, ...(after?.time === time ? [{ _id: idsBehind(after) }] : [])], { _id: -1 }, limit),
    };
  }
}

/** The documents of a cursor as they arrive from the server. */
async function* batches<D>(cursor: FindCursor<D>, timeoutMS: number): AsyncGenerator<D[], void, undefined> {
  try {
    while (await withinDeadline(timeoutMS, cursor.hasNext())) yield cursor.readBufferedDocuments();
  } finally {
    // Not waited for: it asks the server, which may be the one that hangs.
    void cursor.close().catch(() => undefined);
  }
}

const placeIn =
  <D extends Document, R>(list: List<D, R>) =>
  (document: D): Position => ({ time: (document[list.orderBy] as Date).getTime(), id: String(document['_id']) });

/** The first condition says nothing that the second does not; it is what an index range is made of. */
const behind = (field: string, after: Position): object[] => [
  { [field]: { $lte: new Date(after.time) } },
  { $or: [{ [field]: { $lt: new Date(after.time) } }, { [field]: new Date(after.time), _id: idsBehind(after) }] },
];

/** A document that gave only some of its rows is read again for the others. */
const idsBehind = ({ id, part }: Position): object => (part === undefined ? { $lt: id } : { $lte: id });
