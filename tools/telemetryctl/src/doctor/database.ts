import { INDEXES } from '@iot/mongo';
import { CLOCK_MARGIN_MS, FactsStore } from '@iot/rollup';
import type { Platform } from '../connection/platform.js';
import { clockAhead, databaseClock } from './core/clock-findings.js';
import {
  configurationFindings,
  indexFindings,
  topologyFindings,
  type DatabaseFacts,
  type Registered,
} from './core/database-findings.js';
import type { Finding } from './core/finding.js';

interface Hello {
  readonly setName?: string;
  readonly hosts?: readonly string[];
  readonly msg?: string;
  readonly localTime?: Date;
}

/** What kind of database it is, what writes wait for, and its clock. */
export async function checkDatabase({ mongo }: Platform): Promise<Finding[]> {
  const asked = Date.now();
  const hello = await mongo.db
    .admin()
    .command({ hello: 1 })
    .then((answer) => answer as Hello)
    .catch(() => undefined);
  const answered = Date.now();
  const time = hello?.localTime?.getTime();
  const { w } = mongo.client.options.writeConcern ?? {};
  return [
    ...topologyFindings(topologyOf(hello), w as string | number | undefined),
    databaseClock(
      time === undefined ? undefined : clockAhead(time, asked, answered),
      CLOCK_MARGIN_MS,
    ),
  ];
}

const topologyOf = (hello: Hello | undefined): DatabaseFacts =>
  hello === undefined
    ? {}
    : hello.msg === 'isdbgrid'
      ? { topology: 'mongos' }
      : hello.setName === undefined
        ? { topology: 'standalone' }
        : { topology: 'replica set', members: hello.hosts?.length ?? 0 };

const keyText = (key: object): string => JSON.stringify(key);

export async function checkIndexes({ mongo }: Platform): Promise<Finding[]> {
  const missing: Record<string, string[]> = {};
  for (const [name, wanted] of Object.entries(INDEXES)) {
    const there = await mongo.db
      .collection(name)
      .indexes()
      .catch((error: { code?: number }) => {
        const NAMESPACE_NOT_FOUND = 26;
        if (error.code === NAMESPACE_NOT_FOUND) return [];
        throw error as unknown as Error;
      });
    const keys = new Set(there.map(({ key }) => keyText(key as object)));
    missing[name] = wanted.map(keyText).filter((key) => !keys.has(key));
  }
  return indexFindings(missing);
}

const DAY_MS = 86_400_000;

/** Compares this command's variables with what the aggregators registered. */
export async function checkConfiguration({ mongo, config }: Platform): Promise<Finding[]> {
  const stored = await new FactsStore(mongo.facts).read();
  const own = {
    rawDays: config.RAW_RETENTION_DAYS,
    windows: Object.fromEntries(
      config.windows.map(({ label }) => [
        label,
        (config.rollupRetentionMs[label] ?? Infinity) / DAY_MS,
      ]),
    ),
  };
  const workers: Registered | undefined = stored && {
    rawDays: stored.facts.raw.configuredMs / DAY_MS,
    keptDays: stored.facts.raw.retentionMs / DAY_MS,
    windows: Object.fromEntries(
      Object.entries(stored.facts.sizes).map(([label, { retentionMs }]) => [
        label,
        retentionMs / DAY_MS,
      ]),
    ),
  };
  return configurationFindings(own, workers);
}
