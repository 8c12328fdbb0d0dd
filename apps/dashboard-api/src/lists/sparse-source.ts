import type { Collection, Document, Filter } from '@iot/mongo';
import { LAST_MS } from './core/edge-times.js';
import type { KeysetSource, SparseSource } from './core/keyset.js';

/**
 * Documents that a step of a list looks at which no index serves alone: it is answered within the
 * deadline, full or not.
 */
const STEP = 10_000;

/**
 * Steps through a collection of which an index serves only `served`, a part of the list's filter.
 * @param sourceOf the list's own documents that pass these conditions too
 */
export function sparseSource<D extends Document>(
  collection: Collection<D>,
  orderBy: keyof D & string,
  served: object,
  sourceOf: (also: readonly object[]) => KeysetSource<D>,
  timeoutMS: number,
): SparseSource<D> {
  /**
   * The time of the document a step behind the first that has to be looked at: by the index alone,
   * of which the time is a part.
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
    newerThan: (end) => sourceOf(end === undefined ? [] : [{ [orderBy]: { $gt: new Date(end) } }]),
  };
}
