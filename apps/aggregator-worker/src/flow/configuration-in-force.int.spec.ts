import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Mongo, ensureIndexes, rawRetention, type RawDocument } from '@iot/mongo';
import { FactsStore, parseWindows, type RollupConfiguration } from '@iot/rollup';
import { createLogger } from '@iot/service';
import { ConfigurationInForce } from './configuration-in-force.js';

const DAY_MS = 86_400_000;
const DAY_S = 86_400;
let mongo: Mongo;
const started: ConfigurationInForce[] = [];

beforeEach(async () => {
  mongo = new Mongo(
    {
      MONGO_URL: process.env['TEST_MONGO']!,
      MONGO_DB: `facts-${randomUUID().slice(0, 8)}`,
      MONGO_TIMEOUT_MS: 5000,
    },
    'test',
  );
  await ensureIndexes(mongo, 30);
});
afterEach(async () => {
  for (const worker of started.splice(0)) worker.onApplicationShutdown();
  await mongo.db.dropDatabase();
  await mongo.close();
});

const configuration = (windows: string, rawDays = 30): RollupConfiguration => ({
  windows: parseWindows(windows.split(',')),
  rollupRetentionMs: { '1m': 90 * DAY_MS },
  rawRetentionMs: rawDays * DAY_MS,
});

function worker(config: RollupConfiguration): ConfigurationInForce {
  const made = new ConfigurationInForce(mongo, config, createLogger('test', 'silent'));
  started.push(made);
  made.onModuleInit();
  return made;
}

async function until(holds: () => boolean | Promise<boolean>, ms = 30_000): Promise<void> {
  for (const end = Date.now() + ms; !(await holds());) {
    if (Date.now() > end) throw new Error('waited in vain');
    await delay(50);
  }
}
const works = (of: ConfigurationInForce): boolean => {
  try {
    of.standing();
    return true;
  } catch {
    return false;
  }
};
const stored = async () => (await new FactsStore(mongo.facts).read())!.facts;

it('works at once in a new database, in which all sizes are complete', async () => {
  const first = worker(configuration('1m,1h'));
  expect(() => first.check()).toThrow('not read yet');
  await until(() => works(first));
  expect(first.standing().facts.sizes['1h']).toMatchObject({ completeSince: -Infinity, era: 0 });
});

it('gives way to a worker that starts later with another configuration, and says what differs; that one waits until it has', async () => {
  const old = worker(configuration('1m,1h'));
  await until(() => works(old));
  const changed = worker(configuration('1m,15m,1h'));
  await until(() => !works(old));
  expect(works(changed)).toBe(false);
  expect(() => old.check()).toThrow(
    /WINDOWS is 1m,1h here, and 1m,15m,1h is in force|changed, or the database did not say so/,
  );
  await until(() => works(changed));
  expect(works(old)).toBe(false);
  expect(() => old.check()).toThrow('WINDOWS is 1m,1h here, and 1m,15m,1h is in force');
  const { sizes } = changed.standing().facts;
  expect(sizes['1h']!.completeSince).toBe(-Infinity);
  expect(Date.now() - sizes['15m']!.completeSince).toBeLessThan(30_000);
}, 60_000);

it('takes the sizes of an older version’s rows for complete where they are, and what raw readings lack for removed', async () => {
  const ts = Date.now() - 2 * DAY_MS;
  const start = ts - (ts % 60_000);
  const reading = {
    device_id: 'd',
    event_id: 'e',
    ts: new Date(ts),
    received_at: new Date(ts),
    source: 't/0/0',
    voltage: 1,
  };
  await mongo.raw.insertOne({ ...reading, _id: 'd/e' } as RawDocument);
  const row = {
    device_id: 'd',
    sensor_type: 'voltage',
    count: 1,
    sum: 1,
    min: 1,
    max: 1,
    average: 1,
    version: 1,
    updated_at: new Date(),
  };
  await mongo.rollups.insertOne({
    ...row,
    _id: `d|voltage|1m|${start}`,
    window: '1m',
    timestamp: new Date(start),
  });
  const old = start - 20 * DAY_MS;
  await mongo.rollups.insertOne({
    ...row,
    _id: `d|voltage|1m|${old}`,
    window: '1m',
    timestamp: new Date(old),
  });
  const first = worker(configuration('1m,1h'));
  await until(() => works(first));
  const { sizes, raw } = first.standing().facts;
  expect([sizes['1m']!.completeSince, sizes['1h']!.completeSince > ts, raw.keptSince]).toEqual([
    -Infinity,
    true,
    ts,
  ]);
}, 60_000);

it('makes raw retention longer, and counts on nothing that the shorter one removed', async () => {
  const before = worker(configuration('1m', 30));
  await until(() => works(before));
  const longer = worker(configuration('1m', 60));
  await until(() => works(longer));
  expect(await rawRetention(mongo)).toBe(60 * DAY_S);
  const { raw } = await stored();
  expect(raw.retentionMs).toBe(60 * DAY_MS);
  expect(Math.abs(raw.keptSince - (Date.now() - 30 * DAY_MS + 300_000))).toBeLessThan(60_000);
}, 60_000);

it('takes no work, and names the right that it lacks, when the database keeps readings for a shorter time and it may not change that', async () => {
  const command = mongo.db.command.bind(mongo.db);
  Object.assign(mongo.db, {
    command: (...args: Parameters<typeof command>) =>
      'collMod' in args[0]
        ? Promise.reject(Object.assign(new Error('not authorized'), { code: 13 }))
        : command(...args),
  });
  const longer = worker(configuration('1m', 60));
  await until(() => {
    try {
      longer.check();
      return false;
    } catch (error) {
      return (error as Error).message.includes('it needs the right collMod');
    }
  });
  expect(await rawRetention(mongo)).toBe(30 * DAY_S);
});
