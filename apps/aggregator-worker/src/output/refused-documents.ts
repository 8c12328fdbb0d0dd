import type { Collection } from '@iot/mongo';
import {
  DUPLICATE_KEY,
  isDocumentFault,
  MongoServerError,
  PROTOCOL_READ,
  StoreRefusal,
  type WriteFailure,
} from '@iot/mongo';
import type { RawDocument } from '@iot/mongo';

type Insert<E> = (events: readonly E[]) => Promise<readonly WriteFailure[]>;

/**
 * Inserts events; where the server refuses the whole command for what can be one document's fault,
 * by halves, until that one stands alone.
 * @returns those that were refused one by one, or met a document with the same key
 * @throws a MongoError when the store is unwell
 */
export async function insertApart<E>(
  raw: Collection<RawDocument>,
  events: readonly E[],
  insert: Insert<E>,
): Promise<readonly WriteFailure[]> {
  try {
    return await insert(events);
  } catch (error) {
    if (!(error instanceof MongoServerError) || !isDocumentFault(Number(error.code))) throw error;
    const failure = { index: 0, code: Number(error.code), message: error.message };
    if (events.length === 1) return [failure];
    await mustTakeOthers(raw, failure);
  }
  const middle = events.length >> 1;
  const first = await insertApart(raw, events.slice(0, middle), insert);
  const second = await insertApart(raw, events.slice(middle), insert);
  return [
    ...first,
    ...second.map(({ index, ...failure }) => ({ index: index + middle, ...failure })),
  ];
}

/**
 * For when nothing of a batch was taken: a refusal that would meet any document is the store's. A
 * document that is stored already is offered again: a store that is well answers that its key is
 * taken.
 * @throws StoreRefusal when that one is refused as well, or nothing was ever taken; a MongoError
 *   when the store is unwell
 */
export async function mustTakeOthers(
  raw: Collection<RawDocument>,
  refusal: WriteFailure,
): Promise<void> {
  const stored = await raw.findOne({}, { sort: { ts: -1 }, ...PROTOCOL_READ });
  if (!stored) throw new StoreRefusal(refusal);
  try {
    await raw.insertOne(stored);
  } catch (error) {
    if (!(error instanceof MongoServerError)) throw error;
    if (error.code !== DUPLICATE_KEY)
      throw new StoreRefusal({ code: Number(error.code), message: error.message });
    return;
  }
  // It was removed in this moment, and is not to come back.
  await raw.deleteOne({
    _id: stored._id,
    device_id: stored.device_id,
    source: stored.source,
  });
}
