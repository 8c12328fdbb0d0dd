import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { workspaceRoot } from '@iot/local-stack';
import { rollupDifferences, rollupsOf, type OracleReading } from './oracle.js';
import { eventually, startPlatform, type Platform } from './platform.js';

/**
 * A day of three real sensor arrays. It is not part of the repository; without it these tests are
 * skipped.
 */
const FILE =
  process.env['REAL_READINGS'] ??
  join(workspaceRoot(), '..', 'shared', 'data', 'environmental-sensors.ndjson.gz');
const DISTINCT = 50_269;
const describeWithData = existsSync(FILE) ? describe : describe.skip;

describeWithData(
  `the real readings of ${existsSync(FILE) ? 'a day' : `a file that is missing here (${FILE})`}`,
  () => {
    let platform: Platform;
    const until = new Date(Math.floor(Date.now() / 1000) * 1000 - 60_000).toISOString();

    beforeAll(async () => {
      platform = await startPlatform(
        { SENSORS_FILE: join(workspaceRoot(), 'config', 'sensors.environmental.json') },
        { only: ['ingestion-api', 'aggregator-worker'] },
      );
    }, 180_000);
    afterAll(() => platform?.stop(), 60_000);

    const replay = async (): Promise<void> => {
      const args = [
        'tools/load-generator/dist/main.js',
        '--replay',
        FILE,
        '--until',
        until,
        '--batch',
        '200',
        '--base-url',
        platform.services['ingestion-api'].url,
      ];
      const child = spawn(process.execPath, args, {
        cwd: workspaceRoot(),
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let output = '';
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
      const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
      if (code !== 0)
        throw new Error(`the load generator ended with ${code}:\n${output.slice(-2000)}`);
    };

    /** The file's readings with the times that the replay gives them. */
    const shifted = (): OracleReading[] => {
      const lines = gunzipSync(readFileSync(FILE)).toString('utf8').trim().split('\n');
      const records = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
      const times = records.map((record) => Date.parse(String(record['ts'])));
      const shift = Date.parse(until) - Math.max(...times);
      return records.map(({ device_id, ts: _ts, ...sensors }, i) => {
        const values = Object.fromEntries(
          Object.entries(sensors).map(([name, value]) => [name, Number(value)]),
        );
        return {
          event_id: JSON.stringify([device_id, times[i], values]),
          device_id: String(device_id),
          ts: times[i]! + shift,
          values,
        };
      });
    };

    const stored = async (): Promise<number> =>
      platform.db.collection('telemetry_raw').countDocuments({});
    const settled = async (): Promise<void> => {
      await eventually(
        'every distinct reading is stored',
        async () => (await stored()) === DISTINCT || (await stored()),
        180_000,
      );
      await eventually(
        'every row equals the oracle',
        async () => {
          const differences = await rollupDifferences(platform.db, rollupsOf(shifted()));
          return differences.length === 0 || differences.slice(0, 3);
        },
        120_000,
      );
    };

    it('gives rows that equal the oracle, with the aggregator killed three times', async () => {
      const sending = replay();
      for (let kill = 0; kill < 3; kill++) {
        await delay(1500);
        await platform.services['aggregator-worker'].kill();
        await platform.services['aggregator-worker'].restart();
      }
      await sending;
      await settled();
    }, 420_000);

    it('gives the same rows when the day is sent again', async () => {
      const before = await platform.db.collection('aggregated_data').countDocuments({});
      await replay();
      const metrics = async (name: string): Promise<number> => {
        const text = await (
          await fetch(`${platform.services['aggregator-worker'].url}/metrics`)
        ).text();
        return Number(new RegExp(`^${name}\\{[^}]*\\} (\\S+)$`, 'm').exec(text)?.[1] ?? 0);
      };
      await eventually(
        'the copies are recognised',
        async () =>
          (await metrics('events_duplicate_total')) >= DISTINCT ||
          (await metrics('events_duplicate_total')),
        180_000,
      );
      await settled();
      expect(await platform.db.collection('aggregated_data').countDocuments({})).toBe(before);
    }, 420_000);
  },
);
