import type { Collection, Document } from 'mongodb';

const AT_ONCE = 5000;

/** Inserts `count` documents, made as they are needed. @returns the seconds that it took */
export async function loadDocuments<T extends Document>(
  into: Collection<T>,
  count: number,
  make: (n: number) => T,
): Promise<number> {
  const began = performance.now();
  for (let from = 0; from < count; from += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, i) => make(from + i));
    await into.insertMany(some as never, { ordered: false });
  }
  return (performance.now() - began) / 1000;
}
