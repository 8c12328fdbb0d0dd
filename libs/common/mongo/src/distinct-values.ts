import type { Collection, Document } from 'mongodb';

/**
 * The different values of a text field in ascending order, beginning behind `after`. Each is found
 * by a step through an index that begins with the field: the documents that share a value are
 * passed, not read, however many they are.
 */
export async function* distinctValues<D extends Document>(
  collection: Collection<D>,
  field: string,
  after?: string,
): AsyncGenerator<string> {
  for (let last = after; ;) {
    const filter = { [field]: last === undefined ? { $gte: '' } : { $gt: last } };
    const [next] = await collection
      .find(filter as never, { projection: { _id: 0, [field]: 1 } })
      .sort({ [field]: 1 })
      .limit(1)
      .toArray();
    if (!next) return;
    last = String(next[field]);
    yield last;
  }
}
