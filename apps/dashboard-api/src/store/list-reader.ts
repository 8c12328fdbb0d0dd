import type { Mongo } from '@iot/common/mongo';
import type { Document, Filter } from 'mongodb';
import { readInOrder, type KeysetSource } from '../core/keyset.js';
import { cutPage, type Page } from '../core/page.js';
import type { Position } from '../core/position.js';
import type { Selection } from '../core/selection.js';
import type { DashboardMetrics } from '../metrics.js';
import type { List } from './lists.js';

/** Rows that a whole export reads at a time: bounds its memory, and how long one read keeps the database busy. */
const EXPORT_PAGE = 5000;

/** Reads lists. Every read ends within the deadline of database operations; all throw the driver's error. */
export class ListReader {
  constructor(
    private readonly mongo: Mongo,
    private readonly timeoutMS: number,
    private readonly metrics: DashboardMetrics,
  ) {}

  /** The first `limit` rows of a selection. */
  async page<D extends Document, R>(list: List<D, R>, selection: Selection, limit: number): Promise<Page<R>> {
    const { after } = selection;
    const place = (document: D): Position => ({ time: (document[list.orderBy] as Date).getTime(), id: String(document['_id']) });
    const stop = this.metrics.readSeconds.startTimer({ list: list.name });
    const documents = await readInOrder(this.source(list, selection), place, after, limit + 1);
    stop();
    return cutPage(documents, place, (document) => list.rows(document, selection), after, limit);
  }

  /** All rows of a selection, some thousand at a time, each read when the one before it was taken. */
  async *all<D extends Document, R>(list: List<D, R>, selection: Selection): AsyncGenerator<R[], void, undefined> {
    for (let after = selection.after, more = true; more;) {
      const { rows, next } = await this.page(list, { ...selection, after }, EXPORT_PAGE);
      yield rows;
      after = next;
      more = next !== undefined;
    }
  }

  private source<D extends Document, R>(list: List<D, R>, selection: Selection): KeysetSource<D> {
    const collection = list.collection(this.mongo);
    const { orderBy } = list;
    const find = (conditions: object[], sort: Record<string, -1>, limit: number): Promise<D[]> =>
      collection
        .find({ $and: [list.filter(selection), ...conditions] } as Filter<D>, { timeoutMS: this.timeoutMS })
        .sort(sort)
        .limit(limit)
        .toArray() as Promise<D[]>;
    return {
      byTime: (after, limit) => find(after ? behind(orderBy, after) : [], { [orderBy]: -1 }, limit),
      atTime: (time, after, limit) =>
        find([{ [orderBy]: new Date(time) }, ...(after?.time === time ? [{ _id: idsBehind(after) }] : [])], { _id: -1 }, limit),
    };
  }
}

/** The first condition says nothing that the second does not; it is what an index range is made of. */
const behind = (field: string, after: Position): object[] => [
  { [field]: { $lte: new Date(after.time) } },
  { $or: [{ [field]: { $lt: new Date(after.time) } }, { [field]: new Date(after.time), _id: idsBehind(after) }] },
];

/** A document that gave only some of its rows is read again for the others. */
const idsBehind = ({ id, part }: Position): object => (part === undefined ? { $lt: id } : { $lte: id });
