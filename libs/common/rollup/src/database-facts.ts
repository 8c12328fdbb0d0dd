import type { Mongo } from '@iot/mongo';
import { FIXED_RAW_FIELDS, rawRetention } from '@iot/mongo';
import {
  backfilledFacts,
  firstFacts,
  type Found,
  type RollupConfiguration,
} from './configuration.js';
import { CLOCK_MARGIN_MS, type Facts } from './facts.js';
import { FactsStore } from './facts-store.js';
import { rowId } from './row.js';
import { windowStart } from './window.js';

type Stored = Pick<Mongo, 'db' | 'raw' | 'rollups' | 'facts'>;

const DAY_MS = 86_400_000;
/**
 * Readings whose rows are looked for where no facts are known: so many of the oldest, and of the
 * newest.
 */
const SAMPLE = 50;

/**
 * The facts of a database, for tools. Where no aggregator has written any, the configured sizes are
 * taken at their word.
 */
export async function factsOf(
  mongo: Stored,
  config: RollupConfiguration,
  now: number,
): Promise<Facts> {
  const stored = await new FactsStore(mongo.facts).read();
  if (stored) return stored.facts;
  const complete = new Set(config.windows.map(({ label }) => label));
  return firstFacts(config, { ...(await findFacts(mongo, config, now)), complete });
}

/**
 * Notes that all rows of a size that start in [from, its completeSince) are built, as of an epoch.
 * False: the configuration changed meanwhile.
 */
export async function noteBackfilled(
  mongo: Stored,
  epoch: number,
  label: string,
  from: number,
  now: number,
): Promise<boolean> {
  const store = new FactsStore(mongo.facts);
  for (;;) {
    const stored = await store.read();
    if (!stored || stored.facts.epoch !== epoch || !stored.inForce) return false;
    const next = backfilledFacts(stored.facts, label, from);
    if (next === stored.facts || (await store.write(next, true, stored.version, now))) return true;
  }
}

/**
 * What the data itself says, in a database that no facts are known of: one of before there were
 * any, or an empty one. A size counts as complete where the rows of its oldest and newest readings
 * are there; raw readings count as kept for ever where no row is older than the oldest of them.
 */
export async function findFacts(
  mongo: Stored,
  config: RollupConfiguration,
  now: number,
): Promise<Found> {
  const seconds = await rawRetention(mongo);
  const settled = { ts: { $lt: new Date(now - CLOCK_MARGIN_MS) } };
  const [oldest, newest] = await Promise.all([
    mongo.raw.find().sort({ ts: 1 }).limit(SAMPLE).toArray(),
    mongo.raw.find(settled).sort({ ts: -1 }).limit(SAMPLE).toArray(),
  ]);
  const [oldestRow] = await mongo.rollups.find().sort({ timestamp: 1, _id: 1 }).limit(1).toArray();
  const rows: { label: string; id: string }[] = [];
  for (const reading of [...oldest, ...newest])
    for (const sensor in reading) {
      if (FIXED_RAW_FIELDS.has(sensor)) continue;
      for (const { label, ms } of config.windows) {
        const start = windowStart(reading.ts.getTime(), ms);
        const kept = start > now - (config.rollupRetentionMs[label] ?? Infinity) + DAY_MS;
        if (kept && reading.received_at.getTime() < now - CLOCK_MARGIN_MS)
          rows.push({ label, id: rowId(reading.device_id, sensor, label, start) });
      }
    }
  const there = new Set<string>();
  for await (const { _id } of mongo.rollups.find(
    { _id: { $in: rows.map(({ id }) => id) } },
    { projection: { _id: 1 } },
  ))
    there.add(_id);
  const missing = new Set(rows.filter(({ id }) => !there.has(id)).map(({ label }) => label));
  const seen = new Set(rows.map(({ label }) => label));
  const isNew = oldest.length === 0 && oldestRow === undefined;
  const complete = config.windows.filter(
    ({ label }) => isNew || (seen.has(label) && !missing.has(label)),
  );
  const first = oldest[0]?.ts.getTime();
  const everKept =
    isNew ||
    (oldestRow !== undefined &&
      first !== undefined &&
      oldestRow.timestamp.getTime() + longest(config) > first);
  return {
    complete: new Set(complete.map(({ label }) => label)),
    rawRetentionMs: seconds === undefined ? Infinity : seconds * 1000,
    rawKeptSince: everKept ? -Infinity : (first ?? now),
  };
}

const longest = ({ windows }: RollupConfiguration): number =>
  Math.max(...windows.map(({ ms }) => ms));
