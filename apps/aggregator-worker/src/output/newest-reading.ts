import type { Collection } from '@iot/mongo';
import { PROTOCOL_READ, type RawDocument } from '@iot/mongo';

/**
 * The ts of the newest reading that a majority holds; undefined: there is none. @throws a
 * MongoError
 */
export async function newestReading(raw: Collection<RawDocument>): Promise<Date | undefined> {
  const newest = await raw.findOne(
    {},
    { sort: { ts: -1 }, projection: { _id: 0, ts: 1 }, ...PROTOCOL_READ },
  );
  return newest?.ts;
}
