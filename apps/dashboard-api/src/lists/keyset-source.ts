import type { Collection, Document, Filter, FindCursor } from '@iot/mongo';
import { withinDeadline } from '@iot/resilience';
import { LAST_MS, type EdgeTimes } from './core/edge-times.js';
import type { KeysetSource } from './core/keyset.js';
import type { Position } from './core/position.js';

/**
 * Documents that a whole export fetches at a time; with {@link ListReader}'s HELD it bounds its
 * memory, a few megabytes.
 */
const BATCH = 1000;

/** Reads of a collection by keyset: of documents that pass `conditions`, ordered by `orderBy`. */
export function keysetSource<D extends Document>(
  collection: Collection<D>,
  orderBy: keyof D & string,
  conditions: readonly object[],
  edges: EdgeTimes,
  timeoutMS: number,
): KeysetSource<D> {
  const where = (more: object[]) => ({ $and: [...conditions, ...more] }) as Filter<D>;
  const find = async (more: object[], sort: Record<string, -1>, limit: number): Promise<D[]> => {
    const found = collection.find(where(more), { timeoutMS }).sort(sort).limit(limit);
    const documents = (await found.toArray()) as D[];
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
