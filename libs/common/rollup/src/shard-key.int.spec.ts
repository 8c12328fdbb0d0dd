import { randomUUID } from 'node:crypto';
import { Mongo, type Document } from '@iot/mongo';
import { carries, WireProxy } from '@iot/mongo/testing';
import { rowKey } from './row.js';
import { MongoRollupStore } from './mongo-store.js';
import { parseWindow } from './window.js';

let proxy: WireProxy;
let mongo: Mongo;
let statements: Document[];

beforeEach(async () => {
  proxy = new WireProxy(process.env['TEST_MONGO']!);
  await proxy.start();
  statements = [];
  proxy.refuse = (_, statement) => void statements.push(statement);
  mongo = new Mongo(
    { MONGO_URL: proxy.url, MONGO_DB: `shard_${randomUUID().slice(0, 8)}`, MONGO_TIMEOUT_MS: 5000 },
    'test',
  );
});
afterEach(async () => {
  await mongo.db.dropDatabase();
  await mongo.close();
  await proxy.stop();
});

it('says in each write and read of rows which device it is about', async () => {
  const store = new MongoRollupStore(mongo.raw, mongo.rollups);
  const [minute, hour] = [parseWindow('1m'), parseWindow('1h')];
  const start = 1_700_000_000_000 - (1_700_000_000_000 % hour.ms);
  const keys = ['a', 'b'].map((device) => rowKey(device, 'voltage', minute, start));
  const hours = ['a', 'b'].map((device) => rowKey(device, 'voltage', hour, start));
  const aggregate = { count: 1, sum: 2, min: 2, max: 2 };
  const write = (seen: number) =>
    store.writeRows(keys.map((key) => ({ key, seen, version: seen + 1, aggregate, era: 0 })));
  expect(await write(0)).toEqual(new Set());
  expect(await write(1)).toEqual(new Set());
  // One that was deleted comes back by the upsert, and is taken back.
  await mongo.rollups.deleteOne({ _id: keys[0]!.id, device_id: 'a' });
  expect(await write(2)).toEqual(new Set([keys[0]!.id]));
  expect([...(await store.readRows(keys.map(({ id }) => id))).keys()]).toEqual([keys[1]!.id]);
  expect((await store.foldRows(hours, minute)).get(hours[1]!.id)).toEqual(aggregate);
  await store.foldRaw(keys);

  const upserts = statements.filter((statement) => 'q' in statement);
  expect(upserts.length).toBeGreaterThanOrEqual(4);
  for (const { q } of upserts) expect([q, carries(q as Document, 'device_id')]).toEqual([q, true]);
  const inserts = statements.filter((statement) => !('q' in statement));
  for (const document of inserts) expect(document['device_id']).toMatch(/^[ab]$/);
  const finds = proxy.commands.filter((command) => 'find' in command);
  expect(finds).toHaveLength(3);
  for (const { filter } of finds)
    expect([filter, carries(filter as Document, 'device_id')]).toEqual([filter, true]);
  const deletes = proxy.commands
    .filter((command) => 'delete' in command)
    .flatMap((command) => (command['deletes'] ?? []) as { q: Document }[]);
  for (const { q } of deletes) expect([q, carries(q, 'device_id')]).toEqual([q, true]);
});
