import { randomUUID } from 'node:crypto';
import { Mongo } from '@iot/mongo';
import { Registry } from '@iot/metrics';
import {
  firstFacts,
  MongoRollupStore,
  parseWindows,
  reconfigured,
  settledFacts,
  type Facts,
  type RollupConfiguration,
} from '@iot/rollup';
import { createLogger } from '@iot/service';
import type { TelemetryEvent } from '../core/event.js';
import { aggregatorMetrics } from '../metrics.js';
import { Aggregator } from './aggregator.js';
import { BareIds } from '../output/bare-ids.js';
import { DeviceStore } from '../output/device-store.js';
import { MongoRawStore } from '../output/raw-store.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** An hour of the last day, and a moment in it. */
const START = Math.floor(Date.now() / HOUR) * HOUR - 5 * HOUR;
const NOW = START + 50 * MINUTE;
const READINGS = 100;

let mongo: Mongo;
const started: Aggregator[] = [];
beforeEach(() => {
  mongo = new Mongo(
    {
      MONGO_URL: process.env['TEST_MONGO']!,
      MONGO_DB: `life-${randomUUID().slice(0, 8)}`,
      MONGO_TIMEOUT_MS: 5000,
    },
    'test',
  );
});
afterEach(async () => {
  for (const one of started.splice(0)) one.forget();
  await mongo.db.dropDatabase();
  await mongo.close();
});

const configuration = (
  windows: string,
  rawDays = 30,
  rowDays: Record<string, number> = {},
): RollupConfiguration => ({
  windows: parseWindows(windows.split(',')),
  rollupRetentionMs: Object.fromEntries(
    Object.entries(rowDays).map(([label, days]) => [label, days * DAY]),
  ),
  rawRetentionMs: rawDays * DAY,
});
const factsOf = (config: RollupConfiguration): Facts =>
  firstFacts(config, {
    complete: new Set(config.windows.map(({ label }) => label)),
    rawRetentionMs: config.rawRetentionMs,
    rawKeptSince: -Infinity,
  });

/** A worker from its start on, that knows nothing of what others hold. */
function worker(config: RollupConfiguration, facts: Facts, now: number) {
  const stores = {
    raw: new MongoRawStore(mongo.raw, new BareIds(mongo.db, mongo.raw)),
    rollups: new MongoRollupStore(mongo.raw, mongo.rollups, config.rollupRetentionMs),
    devices: new DeviceStore(mongo.devices, 100),
  };
  const settings = {
    windows: [...config.windows],
    ROW_CACHE_ROWS: 1000,
    LARGER_WINDOWS_WRITE_MS: 600_000,
  };
  const offsets = { commit: () => undefined, startOver: () => undefined };
  const log = createLogger('test', 'silent');
  const made = new Aggregator(
    stores,
    settings,
    () => ({ facts, now }),
    offsets,
    aggregatorMetrics(new Registry()),
    log,
  );
  started.push(made);
  return async (events: readonly TelemetryEvent[]) => {
    const outcomes = await made.store('t', 0, events);
    await made.finish();
    return outcomes;
  };
}

/** Readings of the window's first minutes, one each 20 s. */
const readings = (count = READINGS, from = 0): TelemetryEvent[] =>
  Array.from({ length: count }, (_, i) => ({
    reading: {
      eventId: `${from + i}`,
      deviceId: 'd',
      ts: START + (from + i) * 20_000,
      values: { v: from + i },
    },
    source: `t/0/${from + i}`,
    receivedAt: START,
  }));
const counts = async (window: string): Promise<number[]> =>
  (await mongo.rollups.find({ window }).sort({ timestamp: 1 }).toArray()).map(({ count }) => count);

it('adding a size truncates no larger row that a replay puts in doubt', async () => {
  const [before, after] = [configuration('1m,1h,1d'), configuration('1m,15m,1h,1d')];
  await worker(before, factsOf(before), NOW)(readings());
  const facts = settledFacts(reconfigured(factsOf(before), after, 30 * DAY, NOW), NOW, NOW);
  // Some come again, and some are new: of 15m only what they touch is there.
  await worker(after, facts, NOW)([...readings(5, 95), ...readings(13, READINGS)]);
  expect([await counts('1h'), await counts('1d')]).toEqual([[113], [113]]);
  expect(await counts('15m')).toEqual([23]);
});

it('rows of minutes that retention removed are no source of their hour', async () => {
  const config = configuration('1m,1h', 30, { '1m': 7 });
  const later = NOW + 8 * DAY;
  await worker(config, factsOf(config), NOW)(readings());
  await mongo.rollups.deleteMany({ window: '1m' });
  await worker(config, factsOf(config), later)([...readings(5), ...readings(1, READINGS)]);
  expect([await counts('1h'), await counts('1m')]).toEqual([[READINGS + 1], []]);
});

it('a row outlives its raw readings when retention is made longer afterwards, whatever comes late', async () => {
  const [short, long] = [configuration('1m,1h', 2), configuration('1m,1h', 60)];
  const later = NOW + 3 * DAY;
  await worker(short, factsOf(short), NOW)(readings());
  await mongo.raw.deleteMany({});
  const facts = settledFacts(reconfigured(factsOf(short), long, 60 * DAY, later), later, later);
  const [outcome] = await worker(long, facts, later)(readings(1, READINGS));
  expect(outcome).toMatchObject({ reason: 'beyond_retention' });
  expect([await counts('1h'), await mongo.raw.countDocuments()]).toEqual([[READINGS], 0]);
});

it('a replay of what raw retention has removed counts nothing twice', async () => {
  const config = configuration('1m,1h', 2);
  await worker(config, factsOf(config), NOW)(readings());
  await mongo.raw.deleteMany({});
  const outcomes = await worker(config, factsOf(config), NOW + 3 * DAY)(readings());
  expect(
    outcomes.every(
      (outcome) => typeof outcome === 'object' && outcome.reason === 'beyond_retention',
    ),
  ).toBe(true);
  expect(await counts('1h')).toEqual([READINGS]);
});

it('a window that is longer than raw readings are kept is made of smaller rows after a rebalance', async () => {
  const config = configuration('1h,7d', 3);
  const facts = factsOf(config);
  await worker(config, facts, NOW)(readings());
  await mongo.raw.deleteMany({});
  // In the same window of 7 days, by a worker that finds its own readings again.
  const week = 7 * DAY;
  const end = Math.floor(START / week) * week + week;
  const later = Math.min(START + 4 * DAY, end - HOUR);
  const more = readings(1, READINGS).map((event) => ({
    ...event,
    reading: { ...event.reading, ts: later },
  }));
  await worker(config, facts, later + MINUTE)(more);
  await worker(config, facts, later + MINUTE)(more);
  expect(await counts('7d')).toEqual([READINGS + 1]);
});
