import { randomUUID } from 'node:crypto';
import { Mongo } from '@iot/mongo';
import { LARGEST_VALUE, MongoRollupStore, parseWindows } from '@iot/rollup';
import { MAX_MAGNITUDE } from '@iot/telemetry';
import { summarise } from '../core/device-summary.js';
import { completeFacts } from '../core/testing/complete-facts.js';
import { PendingRows } from '../core/pending-rows.js';
import { RowCache } from '../core/row-cache.js';
import type { InsertOutcome, TelemetryEvent } from '../core/event.js';
import { settleBatch, writePending } from '../core/settle-batch.js';
import { BareIds } from './bare-ids.js';
import { DeviceStore } from './device-store.js';
import { MongoRawStore } from './raw-store.js';

const MINUTE = 60_000;
const NOW = Math.floor(Date.now() / 86_400_000) * 86_400_000;
const windows = parseWindows(['1m', '1h']);
let mongo: Mongo;

beforeEach(async () => {
  mongo = new Mongo(
    {
      MONGO_URL: process.env['TEST_MONGO']!,
      MONGO_DB: `raw-${randomUUID().slice(0, 8)}`,
      MONGO_TIMEOUT_MS: 5000,
    },
    'test',
  );
  await mongo.connect();
});
afterEach(async () => {
  await mongo.db.dropDatabase();
  await mongo.close();
});

const event = (
  deviceId: string,
  eventId: string,
  offset: number,
  humidity: number,
  minute = 0,
): TelemetryEvent => ({
  reading: { eventId, deviceId, ts: NOW + minute * MINUTE, values: { humidity } },
  source: `t/0/${offset}`,
  receivedAt: NOW,
});

/** A worker from its start on. */
function worker(
  now = (): number => Date.now(),
): (...events: TelemetryEvent[]) => Promise<readonly InsertOutcome[]> {
  const raw = new MongoRawStore(mongo.raw, new BareIds(mongo.db, mongo.raw, now));
  const stores = { raw, rollups: new MongoRollupStore(mongo.raw, mongo.rollups) };
  const devices = new DeviceStore(mongo.devices, 100);
  const cache = new RowCache(1000, windows.length);
  return async (...events) => {
    const pending = new PendingRows();
    const options = {
      windows,
      standing: () => ({ facts: completeFacts(windows), now: NOW }),
      firstVersion: 1,
    };
    const { outcomes } = await settleBatch(stores, cache, pending, events, options);
    await writePending(stores, cache, pending, options);
    await devices.join(summarise(events, outcomes));
    return outcomes;
  };
}

/**
 * As the version before ids were within their device stored it: with nothing done for its rows yet.
 */
const storedBefore = ({
  reading: { eventId, deviceId, ts, values },
  source,
  receivedAt,
}: TelemetryEvent): Promise<unknown> =>
  mongo.raw.insertOne({
    _id: eventId,
    device_id: deviceId,
    ts: new Date(ts),
    received_at: new Date(receivedAt),
    source,
    ...values,
  });

const counts = async (): Promise<Record<string, number>> => {
  const rows = await mongo.rollups.find({ window: '1h' }, { sort: { _id: 1 } }).toArray();
  return Object.fromEntries(rows.map(({ device_id, count }) => [device_id, count]));
};
const latest = async (device: string): Promise<number | undefined> =>
  (await mongo.devices.findOne({ _id: device }))?.latest['humidity']?.value;

it('keeps an id apart in each device: in one batch, in another one, and when it comes again', async () => {
  const store = worker();
  expect(
    await store(event('a', '1', 0, 10), event('b', '1', 1, 20), event('a', '2', 2, 11, 1)),
  ).toEqual(['new', 'new', 'new']);
  expect(await store(event('c', '1', 3, 30), event('a', '1', 4, 10))).toEqual(['new', 'duplicate']);
  expect(await store(event('a', '1', 0, 10), event('b', '1', 1, 20))).toEqual([
    'replayed',
    'replayed',
  ]);
  expect(
    (await mongo.raw.find({}, { sort: { _id: 1 } }).toArray()).map(
      ({ _id, event_id, device_id }) => [_id, event_id, device_id],
    ),
  ).toEqual([
    ['a/1', '1', 'a'],
    ['a/2', '2', 'a'],
    ['b/1', '1', 'b'],
    ['c/1', '1', 'c'],
  ]);
  expect(await counts()).toEqual({ a: 2, b: 1, c: 1 });
  expect([await latest('a'), await latest('b'), await latest('c')]).toEqual([11, 20, 30]);
});

it('stores attributes as the text that they are', async () => {
  const attributes = '{"$set":{"a.b":1},"status":"läuft ' + 'x'.repeat(100) + '"}';
  const one = event('a', '1', 0, 40);
  await worker()({ ...one, reading: { ...one.reading, attributes } });
  expect(await mongo.raw.findOne()).toMatchObject({ _id: 'a/1', humidity: 40, attributes });
});

it('stores of copies that differ the first, and the others change nothing', async () => {
  const store = worker();
  expect(await store(event('a', '1', 0, 10), event('a', '1', 1, 99, 5))).toEqual([
    'new',
    'duplicate',
  ]);
  expect(await store(event('a', '1', 2, 98, 61))).toEqual(['duplicate']);
  expect(await counts()).toEqual({ a: 1 });
  expect(await latest('a')).toBe(10);
});

it('recomputes the rows of the copy that was stored, whichever of them comes first in the replay', async () => {
  const [first, second] = [event('a', '1', 0, 10), event('a', '1', 1, 99, 61)];
  // The second was stored while the first was on a retry topic; the worker ended before the rows.
  await new MongoRawStore(mongo.raw, new BareIds(mongo.db, mongo.raw)).insert([second]);
  expect(await worker()(first, second)).toEqual(['duplicate', 'replayed']);
  const rows = await mongo.rollups.find({ window: '1m' }).toArray();
  expect(rows.map(({ timestamp, sum }) => [timestamp.getTime(), sum])).toEqual([
    [NOW + 61 * MINUTE, 99],
  ]);
  expect(await latest('a')).toBe(99);
});

it('knows what an older version stored, of its own device only, and stores nothing of it again', async () => {
  const old = [event('a', '1', 0, 10), event('b', '2', 1, 20), event('b', '3', 2, 21)];
  for (const each of old) await storedBefore(each);
  const store = worker();
  const outcomes = await store(
    ...old,
    event('b', '1', 3, 22),
    event('a', '3', 4, 11),
    event('b', '2', 5, 20),
    event('b', '4', 6, 23),
  );
  expect(outcomes).toEqual(['replayed', 'replayed', 'replayed', 'new', 'new', 'duplicate', 'new']);
  expect(await store(event('a', '1', 7, 99))).toEqual(['duplicate']);
  expect(await counts()).toEqual({ a: 2, b: 4 });
  expect(await mongo.raw.countDocuments({})).toBe(6);
});

it('looks for ids of an older version until none of its readings is retained, and never where there were none', async () => {
  let now = Date.now();
  const asked: number[] = [];
  const find = mongo.raw.find.bind(mongo.raw);
  Object.assign(mongo.raw, {
    find: (filter: { _id?: { $in: string[] } }, options: object) => {
      if (filter._id?.$in.some((id) => !id.includes('/'))) asked.push(now);
      return find(filter as never, options);
    },
  });
  const old = event('a', '1', 0, 10);
  await storedBefore(old);
  const store = worker(() => now);
  await store(event('a', '2', 1, 11));
  now += 2 * 3_600_000;
  await store(event('a', '3', 2, 12));
  expect(asked).toHaveLength(2);
  // Retention removes it.
  await mongo.raw.deleteMany({ ts: { $lte: new Date(old.reading.ts + 86_400_000) } });
  now += 2 * 3_600_000;
  const LATER = 2 * 1440;
  await store(event('a', '4', 3, 13, LATER));
  await store(event('a', '5', 4, 14, LATER));
  await worker(() => now)(event('a', '6', 5, 15, LATER));
  expect(asked).toHaveLength(2);
  expect(
    await mongo.db.collection('platform_facts').findOne({ _id: 'bare_event_ids' as never }),
  ).toEqual({
    _id: 'bare_event_ids',
    newest: new Date(old.reading.ts),
  });
});

it('takes an installation that was empty at its start for one without ids of an older version', async () => {
  const [one, other] = [worker(), worker()];
  await Promise.all([one(event('a', '1', 0, 10)), other(event('b', '1', 1, 10))]);
  expect(
    await mongo.db.collection('platform_facts').findOne({ _id: 'bare_event_ids' as never }),
  ).toMatchObject({ newest: null });
  expect((await mongo.raw.find().toArray()).map(({ _id }) => _id).sort()).toEqual(['a/1', 'b/1']);
});

it('makes rows anew that values of an older version made overflow, and leaves such values out', async () => {
  const rows = (): Promise<object[]> =>
    mongo.rollups
      .find(
        {},
        {
          sort: { window: 1, timestamp: 1 },
          projection: { _id: 0, window: 1, count: 1, sum: 1, min: 1, max: 1 },
        },
      )
      .toArray();
  await worker()(event('d', 'e1', 1, 40), event('d', 'e2', 2, 41, 5));
  const right = await rows();
  for (const offset of [3, 4]) {
    const { source } = event('d', '', offset, 0);
    const document = {
      device_id: 'd',
      ts: new Date(NOW),
      received_at: new Date(NOW),
      source,
      humidity: 1.7e308,
    };
    await mongo.raw.insertOne({ _id: `d/huge-${offset}`, event_id: `huge-${offset}`, ...document });
  }
  await mongo.rollups.updateMany(
    { timestamp: new Date(NOW) },
    { $inc: { count: 2 }, $set: { sum: Infinity, max: 1.7e308 } },
  );
  // The hour is touched; its first minute is not.
  await worker()(event('d', 'e5', 5, 42, 6));
  const [hour] = await rows();
  expect(hour).toEqual({ window: '1h', count: 3, sum: 123, min: 40, max: 42 });
  await worker()(event('d', 'e6', 6, 40));
  expect(await rows()).toEqual([
    { window: '1h', count: 4, sum: 163, min: 40, max: 42 },
    { window: '1m', count: 2, sum: 80, min: 40, max: 40 },
    ...right.slice(2),
    { window: '1m', count: 1, sum: 42, min: 42, max: 42 },
  ]);
});

it('has the bound of the contract', () => {
  expect(LARGEST_VALUE).toBe(MAX_MAGNITUDE);
});
