import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { workspaceRoot } from '@iot/local-stack';
import type { OracleReading } from '../oracle.js';

/** A day of three real sensor arrays, which is not part of the repository. */
const FILE =
  process.env['REAL_READINGS'] ??
  join(workspaceRoot(), '..', 'shared', 'data', 'environmental-sensors.ndjson.gz');
const GENERATED = 20_000;

/** A reading; `own`: it is sent with its event id. */
export type Published = OracleReading & { readonly own: boolean };

/**
 * At most so many readings that end a minute before `now`, epoch ms, in the order of their times:
 * those of the day where it is there, generated ones otherwise. Half of them have no event id of
 * their own, which is empty then.
 */
export function readings(now: number, most: number): Published[] {
  const all = existsSync(FILE) ? recorded() : generated();
  const raw = all.sort((a, b) => a.ts - b.ts).slice(0, most);
  const shift = now - 60_000 - Math.max(...raw.map(({ ts }) => ts));
  const distinct = new Map(
    raw.map((reading) => [
      `${reading.device_id} ${reading.ts} ${JSON.stringify(reading.values)}`,
      reading,
    ]),
  );
  return [...distinct.values()]
    .sort((a, b) => a.ts - b.ts)
    .map(({ device_id, ts, values }, i) => ({
      device_id,
      ts: ts + shift,
      values,
      event_id: `e-${i}`,
      own: i % 2 === 0,
    }));
}

type Raw = Omit<OracleReading, 'event_id'>;

function recorded(): Raw[] {
  const lines = gunzipSync(readFileSync(FILE)).toString('utf8').trim().split('\n');
  return lines.map((line) => {
    const { device_id, ts, ...values } = JSON.parse(line) as Record<string, unknown>;
    return {
      // A device id is a level of the topic too.
      device_id: String(device_id),
      ts: Date.parse(String(ts)),
      values: Object.fromEntries(
        Object.entries(values).map(([name, value]) => [name, Number(value)]),
      ),
    };
  });
}

const generated = (): Raw[] =>
  Array.from({ length: GENERATED }, (_, i) => ({
    device_id: `d-${i % 37}`,
    ts: 1_700_000_000_000 + i * 1000,
    values: { temperature_c: (i % 700) / 10, humidity: i % 100 },
  }));
