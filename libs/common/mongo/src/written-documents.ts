import { BSON, type Document } from 'mongodb';

/** Well below the 16 MB of a command that holds its documents itself. */
const MAX_BYTES = 4_000_000;

/** Documents that stand one after the other as BSON, as a driver takes them: in some arrays. */
export function writtenDocuments(bytes: Buffer): Document[][] {
  const arrays: Document[][] = [];
  let some: Document[] = [];
  let held = 0;
  for (let at = 0; at < bytes.length;) {
    const end = at + bytes.readInt32LE(at);
    if (some.length > 0 && held + end - at > MAX_BYTES) {
      arrays.push(some);
      some = [];
      held = 0;
    }
    some.push(BSON.deserialize(bytes.subarray(at, end)));
    held += end - at;
    at = end;
  }
  return some.length > 0 ? [...arrays, some] : arrays;
}
