import { randomUUID } from 'node:crypto';
import { MongoClient, type Db } from 'mongodb';
import { basePlanAt, deviceName, readingAt, SENSORS } from '../core/backlog-plan.js';
import { expectedRows, WINDOW_MS } from '../core/expected-rows.js';
import { wrongRows } from './check-rows.js';

const plan = {
  ...basePlanAt(Date.UTC(2026, 0, 15, 12), 600),
  devices: 20,
  sensors: 2,
  everyMs: 10_000,
};
const WINDOWS = ['1m', '1h'];
const expected = expectedRows(plan, WINDOWS);

interface RowDocument {
  _id: string;
  device_id: string;
  sensor_type: string;
  window: string;
  count: number;
  sum: number;
  min: number;
  max: number;
}

let client: MongoClient;
let db: Db;
beforeAll(async () => {
  client = new MongoClient(process.env['TEST_MONGO']!);
  await client.connect();
});
afterAll(() => client.close());

/** What a right aggregator stores, folded reading by reading. */
beforeEach(async () => {
  db = client.db(`bench_${randomUUID().slice(0, 8)}`);
  const rows = new Map<string, RowDocument>();
  const raw: { _id: string }[] = [];
  for (let n = 0; n < plan.events; n++) {
    const { device, ts, values } = readingAt(plan, n);
    raw.push({ _id: `event-${n}` });
    for (const window of WINDOWS)
      values.forEach((value, sensor) => {
        const [device_id, sensor_type] = [deviceName(device), SENSORS[sensor]!.name];
        const _id = `${device_id}|${sensor_type}|${window}|${ts - (ts % WINDOW_MS[window]!)}`;
        const row = rows.get(_id) ?? {
          _id,
          device_id,
          sensor_type,
          window,
          count: 0,
          sum: 0,
          min: value,
          max: value,
        };
        row.count++;
        row.sum += value;
        row.min = Math.min(row.min, value);
        row.max = Math.max(row.max, value);
        rows.set(_id, row);
      });
  }
  await db.collection<{ _id: string }>('telemetry_raw').insertMany(raw);
  await db.collection<RowDocument>('aggregated_data').insertMany([...rows.values()]);
});
afterEach(() => db.dropDatabase());

describe('wrongRows', () => {
  const rows = () => db.collection<RowDocument>('aggregated_data');

  it('finds nothing wrong with what a right aggregator stores', async () => {
    expect(await wrongRows(db, expected)).toBeUndefined();
  });
  it('sees an event that is not stored', async () => {
    await db.collection<{ _id: string }>('telemetry_raw').deleteOne({ _id: 'event-5' });
    expect(await wrongRows(db, expected)).toBe('599 raw events are stored instead of 600');
  });
  it('sees an event that is counted twice', async () => {
    await rows().updateOne({ window: '1m' }, { $inc: { count: 1 } });
    expect(await wrongRows(db, expected)).toMatch(
      /^all rows of 1m\|.*: count is 601 instead of 600$/,
    );
  });
  it('sees a row that is missing', async () => {
    await rows().deleteOne({ window: '1h' });
    expect(await wrongRows(db, expected)).toMatch(/^all rows of 1h\|/);
  });
  it('sees two rows that were mixed up, though their total is right', async () => {
    const [one, other] = await rows()
      .find({ window: '1h', sensor_type: 'humidity' })
      .sort({ _id: 1 })
      .limit(2)
      .toArray();
    await rows().updateOne({ _id: one!._id }, { $inc: { count: 1, sum: 1 } });
    await rows().updateOne({ _id: other!._id }, { $inc: { count: -1, sum: -1 } });
    expect(await wrongRows(db, expected)).toMatch(/^row device-0000\d\d\|humidity\|1h\|/);
  });
});
