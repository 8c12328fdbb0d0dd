import { isDeepStrictEqual } from 'node:util';
import type { ConfiguredDocument, Mongo } from '@iot/mongo';
import type { NotifyFile } from '../core/notify-file.js';

/** What of a collection is needed; the two have nothing else in common that the compiler sees. */
interface KeptCollection {
  findOne(filter: object): Promise<ConfiguredDocument | null>;
  replaceOne(filter: object, document: object, options: { upsert: true }): Promise<unknown>;
  deleteMany(filter: object): Promise<unknown>;
  updateMany(filter: object, update: object): Promise<unknown>;
}

/** Makes the database what the file says. Several processes with the same file do it alike. */
export async function syncFile(
  mongo: Pick<Mongo, 'receivers' | 'routes'>,
  { receivers, routes }: NotifyFile,
  now: Date,
): Promise<void> {
  await sync(mongo.receivers as never, receivers, now);
  await sync(mongo.routes as never, routes, now);
}

/** There is no file any more: what it kept is for the API to change. */
export async function letGo({
  receivers,
  routes,
}: Pick<Mongo, 'receivers' | 'routes'>): Promise<void> {
  const update = { $set: { source: 'api' as const } };
  await receivers.updateMany({ source: 'file' }, update);
  await routes.updateMany({ source: 'file' }, update);
}

async function sync(
  collection: KeptCollection,
  entries: readonly { name: string; fields: object }[],
  now: Date,
): Promise<void> {
  for (const { name, fields } of entries) {
    const there = await collection.findOne({ _id: name });
    const { version = 0, created_at: createdAt = now } = there ?? {};
    const wanted = { _id: name, ...fields, source: 'file' };
    if (there) {
      const { version: _v, created_at: _c, updated_at: _u, ...known } = there;
      if (isDeepStrictEqual(known, wanted)) continue;
    }
    await collection.replaceOne(
      { _id: name },
      {
        ...wanted,
        // Never one that a document of this name had before.
        version: Math.max(version + 1, now.getTime()),
        created_at: createdAt,
        updated_at: now,
      },
      { upsert: true },
    );
  }
  const names = entries.map(({ name }) => name);
  await collection.deleteMany({ source: 'file', _id: { $nin: names } });
}
