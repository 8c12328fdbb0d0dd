import { jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { Mongo, type RawDocument, type RollupDocument } from '@iot/mongo';
import { firstFacts, FactsStore, reconfigured, settledFacts } from '@iot/rollup';
import { loadSettings } from '../connection/config.js';
import { ctlJson as ctl } from '../testing/ctl.js';

const id = randomUUID().slice(0, 8);
Object.assign(process.env, {
  KAFKA_BOOTSTRAP_SERVERS: process.env['TEST_KAFKA'],
  MONGO_URL: process.env['TEST_MONGO'],
  MONGO_DB: `backfill-${id}`,
  WINDOWS: '1m,1h',
  // What is older than raw readings are kept can be made of nothing.
  ROLLUP_RETENTION: '1m:20,1h:730',
});

/** Generous: the machine may be busy. */
jest.setTimeout(60_000);

const MINUTE = 60_000;
const START = Math.floor(Date.now() / (60 * MINUTE)) * 60 * MINUTE - 180 * MINUTE;
const DAY = 1440 * MINUTE;

describe('backfill', () => {
  const mongo = new Mongo(loadSettings(), 'test');

  const event = (device: number, minute: number, ts = START + minute * MINUTE): RawDocument => ({
    _id: `${device}-${minute}-${ts}`,
    device_id: `device-${device}`,
    ts: new Date(ts),
    received_at: new Date(ts),
    humidity: minute / 2,
    ...(device === 2 && { voltage: 220 + minute / 10 }),
    lat: 1,
    lon: 2,
    source: `raw/0/${device * 1000 + minute}`,
  });

  const rows = async (filter: object = {}): Promise<RollupDocument[]> =>
    mongo.rollups
      .find({ window: '15m', ...filter })
      .sort({ _id: 1 })
      .toArray();

  beforeAll(async () => {
    const events = [1, 2, 3].flatMap((device) =>
      Array.from({ length: 60 }, (_, minute) => event(device, minute)),
    );
    // Its window began before raw events are kept for certain.
    await mongo.raw.insertMany([...events, event(1, 0, Date.now() - 30 * DAY + MINUTE)]);
    // Smaller rows for device 1 alone: what 15m is made of where there are any.
    const minutes = Array.from({ length: 60 }, (_, minute) => ({
      device: 1,
      minute,
      sensor: 'humidity',
      value: minute / 2,
    }));
    for (const device of [2, 3])
      for (let minute = 0; minute < 60; minute++) {
        minutes.push({ device, minute, sensor: 'humidity', value: minute / 2 });
        if (device === 2)
          minutes.push({ device, minute, sensor: 'voltage', value: 220 + minute / 10 });
      }
    await mongo.rollups.insertMany(
      minutes.map(({ device, minute, sensor, value }) => {
        const start = START + minute * MINUTE;
        const names = {
          device_id: `device-${device}`,
          sensor_type: sensor,
          window: '1m',
          timestamp: new Date(start),
        };
        const fold = {
          count: 1,
          sum: value,
          min: value,
          max: value,
          average: value,
          version: 1,
          updated_at: new Date(),
        };
        return { _id: `device-${device}|${sensor}|1m|${start}`, ...names, ...fold };
      }),
    );
  });

  afterAll(async () => {
    await mongo.db.dropDatabase();
    await mongo.close();
  });

  it('counts with --dry-run, and writes nothing', async () => {
    const { code, json } = await ctl('backfill', '--window', '15m', '--dry-run');
    expect(code).toBe(0);
    expect(json).toEqual({
      window: '15m',
      devices: 3,
      rows: 16,
      beyond_retention: 1,
      last_device: 'device-3',
      dry_run: true,
      complete: false,
    });
    expect(await rows()).toEqual([]);
  });

  it('builds one device, a part of the time, and goes on behind a device', async () => {
    expect(
      (
        await ctl(
          'backfill',
          '--window',
          '15m',
          '--device',
          'device-2',
          '--from',
          String(START + 30 * MINUTE),
        )
      ).json.rows,
    ).toBe(4);
    expect(
      (
        await ctl(
          'backfill',
          '--window',
          '15m',
          '--device',
          'device-2',
          '--to',
          String(START + 16 * MINUTE),
        )
      ).json.rows,
    ).toBe(4);
    expect((await ctl('backfill', '--window', '15m', '--after', 'device-1')).json).toMatchObject({
      devices: 2,
      rows: 12,
    });
    expect(await rows({ device_id: 'device-1' })).toEqual([]);
  });

  it('builds the rows, the same however often', async () => {
    const first = await ctl('backfill', '--window', '15m');
    expect(first.json).toMatchObject({ devices: 3, rows: 16 });
    const built = await rows();
    expect(built).toHaveLength(16);
    const second = built.find(({ _id }) => _id === `device-1|humidity|15m|${START + 15 * MINUTE}`);
    expect(second).toMatchObject({
      count: 15,
      sum: 165,
      min: 7.5,
      max: 14.5,
      average: 11,
      window: '15m',
      timestamp: new Date(START + 15 * MINUTE),
    });
    await ctl('backfill', '--window', '15m');
    const plain = (row: RollupDocument): object => ({ ...row, version: 0, updated_at: 0 });
    expect((await rows()).map(plain)).toEqual(built.map(plain));
  });

  it('notes since when a size that was added is complete, once all of it is built', async () => {
    const store = new FactsStore(mongo.facts);
    const before = loadSettings();
    process.env['WINDOWS'] = '1m,15m,1h';
    const after = loadSettings();
    const complete = new Set(['1m', '1h']);
    const facts = firstFacts(before, {
      complete,
      rawRetentionMs: before.rawRetentionMs,
      rawKeptSince: -Infinity,
    });
    const added = reconfigured(facts, after, before.rawRetentionMs, Date.now());
    await store.write(added, false, 0, Date.now());
    const early = await ctl('backfill', '--window', '15m');
    expect([early.code, early.said]).toEqual([1, expect.stringContaining('NotInForce')]);
    await store.write(settledFacts(added, Date.now(), Date.now()), true, 1, Date.now());
    const since = async () => (await store.read())!.facts.sizes['15m']!.completeSince;
    const present = await since();
    expect((await ctl('backfill', '--window', '15m', '--device', 'device-2')).json).toMatchObject({
      complete: false,
    });
    expect(
      (await ctl('backfill', '--window', '15m', '--to', String(START + 16 * MINUTE))).json,
    ).toMatchObject({ complete: false });
    expect(await since()).toBe(present);
    expect((await ctl('backfill', '--window', '15m')).json).toMatchObject({ complete: true });
    // From the first window of which all raw events are kept for certain.
    const first = Date.now() - 30 * DAY;
    expect((await since()) - first).toBeGreaterThan(0);
    expect((await since()) - first).toBeLessThan(21 * MINUTE);
    expect(new Set((await rows()).map(({ era }) => era))).toEqual(new Set([1]));
  });

  it('refuses what is no window size', async () => {
    expect(await ctl('backfill', '--window', '15x')).toMatchObject({
      code: 2,
      said: expect.stringContaining('1s to 31d'),
    });
    expect((await ctl('backfill')).code).toBe(2);
  });
});
