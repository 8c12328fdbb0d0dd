import type { MongoClient } from 'mongodb';

const BATCHES = 30;
const DOCUMENTS = 1000;

/**
 * Has a database that just started do what the aggregator will ask of it, so that the first process
 * that is measured does not pay for a server that compiles its own code beside it.
 */
export async function warmUpDatabase(client: MongoClient): Promise<void> {
  const db = client.db('bench_warm_up');
  const raw = db.collection<{ _id: string; device_id: string; ts: Date }>('raw');
  const rows = db.collection<{ _id: string; version: number }>('rows');
  await raw.createIndex({ device_id: 1, ts: -1 });
  for (let batch = 0; batch < BATCHES; batch++) {
    const numbers = Array.from({ length: DOCUMENTS }, (_, i) => batch * DOCUMENTS + i);
    await raw.insertMany(
      numbers.map((n) => ({
        _id: `event-${n}`,
        device_id: `device-${n % 1000}`,
        ts: new Date(n),
        temperature_c: n / 7,
        source: `topic/0/${n}`,
      })),
      { ordered: false },
    );
    const update = (id: number): object => ({
      $set: { count: batch, sum: id / 7, version: batch + 1 },
    });
    await rows.bulkWrite(
      numbers.map((_, id) => ({
        updateOne: {
          filter: { _id: `row-${id}`, version: batch },
          update: update(id),
          upsert: true,
        },
      })),
      { ordered: false },
    );
  }
  await db.dropDatabase();
}
