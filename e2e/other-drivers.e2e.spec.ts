import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  alertDifferences,
  alertsOf,
  rollupDifferences,
  rollupsOf,
  type OracleReading,
} from './oracle.js';
import { eventually, startPlatform, type Platform } from './platform.js';

const DEVICES = 8;
const READINGS = 300;
const BOUNDS = { temperature_c: [-10, 50] } as const;
/** Services that have each driver. */
const USERS = {
  kafkajs: ['ingestion-api', 'aggregator-worker', 'alerts-worker'],
  mongodb: ['dashboard-api', 'aggregator-worker', 'alerts-worker'],
};

let platform: Platform;
beforeAll(async () => {
  const preload = pathToFileURL(join(import.meta.dirname, 'other-drivers', 'versions.mjs'));
  platform = await startPlatform({ NODE_OPTIONS: `--import ${preload.href}` }, { inMemory: true });
}, 180_000);
afterAll(() => platform?.stop(), 60_000);

const readingsOf = (device_id: string): OracleReading[] => {
  const start = Math.floor(Date.now() / 3_600_000) * 3_600_000 - 12 * 3_600_000;
  return Array.from({ length: READINGS }, (_, i) => ({
    event_id: String(i),
    device_id,
    ts: start + i * 100_000 - (i % 20 === 7 ? 7_200_000 : 0),
    values: { temperature_c: i % 50 >= 47 ? 50 + (i % 11) : 20 + (i % 9) },
  }));
};

const post = (body: unknown): Promise<Response> =>
  fetch(`${platform.services['ingestion-api'].url}/ingest/batch`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

it('counts and judges every reading once on the code of drivers whose versions it does not know', async () => {
  const sent = Array.from({ length: DEVICES }, (_, n) => readingsOf(`device-${n}`));
  for (const readings of sent) {
    const bodies = readings.map(({ values, ...rest }) => ({ ...rest, ...values }));
    // The second time all of them are duplicates.
    for (let time = 0; time < 2; time++) expect((await post(bodies)).status).toBe(202);
  }
  const all = sent.flat();
  const raw = platform.db.collection('telemetry_raw');
  await eventually(
    'all events are stored',
    async () => (await raw.countDocuments()) === all.length,
  );
  await eventually('rows equal the oracle', async () => {
    const differences = await rollupDifferences(platform.db, rollupsOf(all));
    return differences.length === 0 || differences.slice(0, 3);
  });
  await eventually('alerts equal the oracle', async () => {
    const differences = await alertDifferences(platform.db, alertsOf(all, BOUNDS));
    return differences.length === 0 || differences.slice(0, 3);
  });
}, 300_000);

it('each service says so in one line', async () => {
  for (const [driver, services] of Object.entries(USERS))
    for (const service of services) {
      const text = await readFile(join(platform.dataDir, `${service}.log`), 'utf8');
      const lines = text.split('\n').filter((line) => line.includes('"found":"99.0.0"'));
      const told = lines.filter((line) => line.includes(`"driver":"${driver}"`));
      expect([service, driver, told.length]).toEqual([service, driver, 1]);
    }
});
