import type { Mongo } from '@iot/common/mongo';
import type { Document, Filter, FindCursor } from 'mongodb';
import { readAllInOrder, readInOrder, type KeysetSource } from '../core/keyset.js';
import { EdgeTimes, LAST_MS } from '../core/edge-times.js';
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
    const edges = this.edges(list);
    const place = placeIn(list, edges);
    const reading = readInOrder(this.source(list, selection, edges), place, selection.after, limit + resumed);
    const slice = await withinDeadline(this.timeoutMS, reading).finally(stop);
    return cutPage(slice, place, (document) => list.rows(document, selection), selection.after, limit);
  }

  /** All rows of a selection, some thousand at a time; the database is asked for more when those were taken. */
  async *all<D extends Document, R>(list: List<D, R>, selection: Selection): AsyncGenerator<R[], void, undefined> {
    const edges = this.edges(list);
    const place = placeIn(list, edges);
    for await (const documents of readAllInOrder(this.source(list, selection, edges), place, selection.after, HELD))
      yield cutPage({ documents, more: false }, place, (document) => list.rows(document, selection), selection.after, Infinity).rows;
  }

  private edges<D extends Document, R>(list: List<D, R>): EdgeTimes {
    return new EdgeTimes(async (ids) => {
      const late = { _id: { $in: ids }, [list.orderBy]: { $gt: new Date(LAST_MS) } } as Filter<D>;
      const found = list.collection(this.mongo).find(late, { projection: { _id: 1 }, timeoutMS: this.timeoutMS });
      return new Set((await found.toArray()).map(({ _id }) => _id as unknown));
    });
  }

  private source<D extends Document, R>(list: List<D, R>, selection: Selection, edges: EdgeTimes): KeysetSource<D> {
    const collection = list.collection(this.mongo);
    const { orderBy } = list;
    const { timeoutMS } = this;
    const where = (conditions: object[]) => ({ $and: [list.filter(selection), ...conditions] }) as Filter<D>;
    const find = async (conditions: object[], sort: Record<string, -1>, limit: number): Promise<D[]> => {
      const documents = (await collection.find(where(conditions), { timeoutMS }).sort(sort).limit(limit).toArray()) as D[];
      await edges.settle(documents, orderBy);
      return documents;
    };
    return {
      byTime: (after, limit) => find(after ? behind(orderBy, after) : [], { [orderBy]: -1 }, limit),
      allByTime: (after) => {
        const options = { timeoutMS, timeoutMode: 'iteration', batchSize: BATCH } as const;
        const cursor = collection.find(where(after ? behind(orderBy, after) : []), options).sort({ [orderBy]: -1 });
        return settled(batches(cursor, timeoutMS) as AsyncIterable<D[]>, edges, orderBy);
      },
      atTime: (time, after, limit) =>
        find([{ [orderBy]: at(time) }, ...(after?.time === time ? [{ _id: idsBehind(after) }] : [])], { _id: -1 }, limit),
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
  <D extends Document, R>(list: List<D, R>, edges: EdgeTimes) =>
  (document: D): Position => ({ time: edges.timeOf(document, list.orderBy), id: String(document['_id']) });

async function* settled<D extends object>(all: AsyncIterable<D[]>, edges: EdgeTimes, field: string): AsyncGenerator<D[], void, undefined> {
  for await (const documents of all) {
    await edges.settle(documents, field);
    yield documents;
  }
}

/** At each end of what a Date holds stand all times beyond it, too. */
const at = (time: number): object | Date =>
  time >= LAST_MS ? { $gte: new Date(LAST_MS) } : time <= -LAST_MS ? { $lte: new Date(-LAST_MS) } : new Date(time);

/** The first condition says nothing that the second does not; it is what an index range is made of. */
function behind(field: string, after: Position): object[] {
  if (after.time <= -LAST_MS) return [{ [field]: at(after.time), _id: idsBehind(after) }];
  const older = { [field]: { $lt: new Date(after.time) } };
  const tied = { [field]: at(after.time), _id: idsBehind(after) };
  return [...(after.time >= LAST_MS ? [] : [{ [field]: { $lte: new Date(after.time) } }]), { $or: [older, tied] }];
}

/** A document that gave only some of its rows is read again for the others. */
const idsBehind = ({ id, part }: Position): object => (part === undefined ? { $lt: id } : { $lte: id });
