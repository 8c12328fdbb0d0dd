import { randomUUID } from 'node:crypto';
import { BackendUnavailable } from '@iot/resilience';
import { DUPLICATE_KEY, isDocumentFault, Mongo } from '@iot/mongo';
import { WireProxy } from '@iot/mongo/testing';
import { Registry } from '@iot/metrics';
import { MongoRollupStore, parseWindows } from '@iot/rollup';
import { createLogger } from '@iot/service';
import fc from 'fast-check';
import { completeFacts } from '../core/testing/complete-facts.js';
import type { TelemetryEvent } from '../core/event.js';
import { aggregatorMetrics } from '../metrics.js';
import { Aggregator } from '../flow/aggregator.js';
import { BareIds } from './bare-ids.js';
import { DeviceStore } from './device-store.js';
import { MongoRawStore } from './raw-store.js';

/**
 * Blocked for users, over a rate limit, full, starting up, interrupted, not authorised, and codes
 * that no server has yet.
 */
const OF_THE_STORE = [
  371, 462, 365, 388, 433, 449, 11601, 43, 13, 14031, 112, 133, 189, 8000, 91, 100, 999_999,
];
const VALIDATION = 121;
const COLLECTIONS = ['telemetry_raw', 'aggregated_data', 'devices'] as const;
const T0 = Math.floor(Date.now() / 60_000) * 60_000;

const log = createLogger('test', 'silent');
let proxy: WireProxy;
let mongo: Mongo;
let aggregator: Aggregator;
let committed: string[];

beforeEach(async () => {
  proxy = new WireProxy(process.env['TEST_MONGO']!);
  await proxy.start();
  mongo = new Mongo(
    {
      MONGO_URL: proxy.url,
      MONGO_DB: `refused_${randomUUID().slice(0, 8)}`,
      MONGO_TIMEOUT_MS: 5000,
    },
    'test',
  );
  aggregator = newAggregator();
});
afterEach(async () => {
  aggregator.forget();
  await mongo.db.dropDatabase();
  await mongo.close();
  await proxy.stop();
});

function newAggregator(): Aggregator {
  const stores = {
    raw: new MongoRawStore(mongo.raw, new BareIds(mongo.db, mongo.raw)),
    rollups: new MongoRollupStore(mongo.raw, mongo.rollups),
    devices: new DeviceStore(mongo.devices, 100),
  };
  const windows = parseWindows(['1m', '1h']);
  const config = { windows, ROW_CACHE_ROWS: 1000, LARGER_WINDOWS_WRITE_MS: 600_000 };
  const standing = () => ({ facts: completeFacts(windows), now: T0 });
  committed = [];
  const commit = (_topic: string, _partition: number, next: string) => void committed.push(next);
  return new Aggregator(
    stores,
    config,
    standing,
    { commit, startOver: () => undefined },
    aggregatorMetrics(new Registry()),
    log,
  );
}

const events = (count: number, from = 0): TelemetryEvent[] =>
  Array.from({ length: count }, (_, i) => ({
    reading: {
      eventId: `e${from + i}`,
      deviceId: `d${(from + i) % 3}`,
      ts: T0 + from + i,
      values: { voltage: 220 + from + i },
    },
    source: `t/0/${from + i}`,
    receivedAt: T0,
  }));
const store = (some: readonly TelemetryEvent[]) => aggregator.store('t', 0, some);
const eventId = (document: object): unknown => (document as { source?: unknown }).source;

const rowsAreRight = async (count: number): Promise<void> => {
  await aggregator.finish();
  expect(await mongo.raw.countDocuments()).toBe(count);
  for (const window of ['1m', '1h']) {
    const rows = await mongo.rollups.find({ window }).toArray();
    expect(rows.reduce((sum, row) => sum + row.count, 0)).toBe(count);
  }
};

it('waits for the store, and blames no record, whatever it says of documents that is not in the short list', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(fc.constantFrom(...OF_THE_STORE), fc.integer({ min: 1, max: 400_000 })),
      fc.constantFrom(...COLLECTIONS),
      fc.integer({ min: 1, max: 5 }),
      // All, or only some of them.
      fc.constantFrom(1, 2),
      async (code, collection, count, every) => {
        fc.pre(code !== DUPLICATE_KEY && !isDocumentFault(code));
        let seen = 0;
        proxy.refuse = (name) =>
          name === collection && seen++ % every === 0 ? { code } : undefined;
        await expect(store(events(count))).rejects.toThrow(BackendUnavailable);
        proxy.refuse = () => undefined;
        await store(events(count));
        await rowsAreRight(count);
        for (const name of COLLECTIONS) await mongo.db.collection(name).deleteMany({});
        aggregator.forget();
        aggregator = newAggregator();
      },
    ),
    { numRuns: 60, examples: OF_THE_STORE.map((code) => [code, 'telemetry_raw', 4, 1]) },
  );
}, 120_000);

it('waits as well when the whole command is refused', async () => {
  for (const code of [...OF_THE_STORE, 2, 22, VALIDATION])
    for (const collection of COLLECTIONS) {
      proxy.refuseCommand = (command) =>
        command['insert'] === collection || command['update'] === collection ? { code } : undefined;
      await expect(store(events(3))).rejects.toThrow(BackendUnavailable);
    }
  proxy.refuseCommand = () => undefined;
  await store(events(3));
  await rowsAreRight(3);
}, 60_000);

it('sets a document aside that alone is refused for what can be its own fault', async () => {
  proxy.refuse = (_, document) =>
    String(eventId(document)) === 't/0/1' ? { code: VALIDATION, errmsg: 'too odd' } : undefined;
  expect(await store(events(3))).toEqual(['new', { refused: 'too odd' }, 'new']);
  expect(await store(events(1, 1))).toEqual([{ refused: 'too odd' }]);
  await rowsAreRight(2);
});

it('waits when all documents are refused, also a record that comes alone, until the store takes others', async () => {
  proxy.refuse = (name) => (name === 'telemetry_raw' ? { code: VALIDATION } : undefined);
  // Nothing was ever stored.
  for (const count of [4, 1])
    await expect(store(events(count))).rejects.toThrow(BackendUnavailable);
  proxy.refuse = () => undefined;
  await store(events(4));
  proxy.refuse = (name) => (name === 'telemetry_raw' ? { code: VALIDATION } : undefined);
  for (const count of [4, 1])
    await expect(store(events(count, 10))).rejects.toThrow(BackendUnavailable);
  proxy.refuse = () => undefined;
  expect(await store(events(1, 10))).toEqual(['new']);
  await rowsAreRight(5);
});

it('finds the one document for which the whole insert is refused', async () => {
  await store(events(2));
  proxy.refuseCommand = (command) => {
    const documents = (command['documents'] ?? []) as object[];
    return command['insert'] === 'telemetry_raw' &&
      documents.some((document) => String(eventId(document)) === 't/0/12')
      ? { code: 22, errmsg: 'not BSON' }
      : undefined;
  };
  expect(await store(events(5, 10))).toEqual(['new', 'new', { refused: 'not BSON' }, 'new', 'new']);
  proxy.refuseCommand = () => undefined;
  await rowsAreRight(6);
});

it('waits when a row or a device is refused for what looks like its own fault: no reading is to blame', async () => {
  for (const collection of ['aggregated_data', 'devices']) {
    proxy.refuse = (name) => (name === collection ? { code: VALIDATION } : undefined);
    await expect(store(events(1))).rejects.toThrow(BackendUnavailable);
  }
  proxy.refuse = () => undefined;
  await store(events(1));
  await rowsAreRight(1);
});
