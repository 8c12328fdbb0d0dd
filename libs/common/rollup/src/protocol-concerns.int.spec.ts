import { randomUUID } from 'node:crypto';
import { Mongo } from '@iot/mongo';
import { WireProxy } from '@iot/mongo/testing';
import { rowKey } from './row.js';
import { MongoRollupStore } from './mongo-store.js';
import { parseWindow } from './window.js';

/** All that a connection string can say against durable writes and fresh reads. */
const WEAK =
  'readPreference=secondary&maxStalenessSeconds=90&readConcernLevel=local&w=1&journal=false&wtimeoutMS=1';
const key = rowKey('d', 'voltage', parseWindow('1m'), 0);
const aggregate = { count: 1, sum: 1, min: 1, max: 1 };

let proxy: WireProxy;
let mongo: Mongo;

async function connect(options: string, reads?: 'protocol' | 'url'): Promise<void> {
  const config = {
    MONGO_URL: `${proxy.url}/?${options}`,
    MONGO_DB: `url_${randomUUID().slice(0, 8)}`,
    MONGO_TIMEOUT_MS: 5000,
  };
  mongo = new Mongo(config, 'test', reads);
}

const sent = (name: string) => proxy.commands.filter((command) => name in command);

beforeEach(async () => {
  proxy = new WireProxy(process.env['TEST_MONGO']!);
  await proxy.start();
});
afterEach(async () => {
  await mongo.db.dropDatabase();
  await mongo.close();
  await proxy.stop();
});

it('reads of the primary what a majority holds, and writes to a majority, whatever the connection string says', async () => {
  await connect(WEAK);
  const store = new MongoRollupStore(mongo.raw, mongo.rollups);
  await store.writeRows([{ key, seen: 0, version: 1, aggregate, era: 0 }]);
  await store.writeRows([{ key, seen: 1, version: 2, aggregate, era: 0 }]);
  await store.readRows([key.id]);
  await store.foldRaw([key]);
  await mongo.devices.findOne({});
  await mongo.alertStates.find().toArray();
  await mongo.alerts.aggregate([{ $match: {} }]).toArray();
  await mongo.alerts.insertOne({ _id: 'a' } as never);
  await mongo.alerts.bulkWrite([{ deleteOne: { filter: { _id: 'a' } } }], { ordered: false });
  const reads = [...sent('find'), ...sent('aggregate')];
  expect(reads.length).toBeGreaterThanOrEqual(5);
  for (const command of reads) {
    expect(command['readConcern']).toEqual({ level: 'majority' });
    // Of a server that stands alone a driver may ask for any member; never for a secondary.
    expect([undefined, 'primary', 'primaryPreferred']).toContain(
      (command['$readPreference'] as { mode: string } | undefined)?.mode,
    );
  }
  expect(mongo.db.readPreference?.mode).toBe('primary');
  const writes = [...sent('insert'), ...sent('update'), ...sent('delete')];
  expect(writes.length).toBe(4);
  for (const { writeConcern } of writes) expect(writeConcern).toEqual({ w: 'majority' });
});

it('keeps a journal that the connection string asks for', async () => {
  await connect('w=1&journal=true');
  await mongo.alerts.insertOne({ _id: 'a' } as never);
  expect(sent('insert')[0]).toMatchObject({ writeConcern: { w: 'majority', j: true } });
});

it('leaves the reads of a process that decides nothing by them to the connection string, but not its writes', async () => {
  await connect(WEAK, 'url');
  expect(mongo.raw.readPreference?.mode).toBe('secondary');
  await mongo.raw.findOne({});
  expect(sent('find')[0]).toMatchObject({ readConcern: { level: 'local' } });
  await mongo.alerts.insertOne({ _id: 'a' } as never);
  expect(sent('insert')[0]).toMatchObject({ writeConcern: { w: 'majority' } });
});
