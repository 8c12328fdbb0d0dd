import { randomUUID } from 'node:crypto';
import { distinctValues, ensureIndexes, Mongo, type RollupDocument } from '@iot/mongo';
import { createRegistry } from '@iot/metrics';
import type { Document } from 'mongodb';
import { jest } from '@jest/globals';
import { inListOrder, type Position } from './core/position.js';
import type { Selection } from './core/selection.js';
import { dashboardMetrics } from '../metrics.js';
import { ListReader } from './reader.js';
import { ALERTS, RECENT_ALERTS } from '../alerts/alerts.list.js';
import { TELEMETRY } from '../readings/readings.list.js';
import { AGGREGATES } from '../rollups/rollups.list.js';
import { LATEST } from '../sensors/sensors.list.js';
import type { List } from './list.js';

const START = Date.parse('2026-01-01T00:00:00Z');
const MINUTES = 1440;
const DEVICES = 20;
/** Two reads of a step for each step of a page, and the page itself twice. */
const MOST_OF_A_PAGE = 4 * 2 * 10_000 + 1000;

const mongo = new Mongo(
  {
    MONGO_URL: process.env['TEST_MONGO']!,
    MONGO_DB: `reads_${randomUUID().slice(0, 8)}`,
    MONGO_TIMEOUT_MS: 20_000,
  },
  'test',
);
const reader = new ListReader(mongo, 20_000, dashboardMetrics(createRegistry('test')));

jest.setTimeout(120_000);
beforeAll(async () => {
  await ensureIndexes(mongo, 36_500);
  const minute = (i: number): Date => new Date(START + i * 60_000);
  const row = (
    device: number,
    window: string,
    start: Date,
    sensor = 'humidity',
  ): RollupDocument => ({
    _id: `d${device}|${sensor}|${window}|${start.getTime()}`,
    device_id: `d${device}`,
    sensor_type: sensor,
    window,
    timestamp: start,
    ...{ count: 1, sum: 1, min: 1, max: 1, average: 1, version: 1, updated_at: start },
  });
  const devices = Array.from({ length: DEVICES }, (_, i) => i);
  const minutes = Array.from({ length: MINUTES }, (_, i) => i);
  const rows = devices.flatMap((device) => [
    row(device, '1d', minute(0)),
    ...minutes.map((i) => row(device, '1m', minute(i + 1))),
  ]);
  await mongo.rollups.insertMany([...rows, row(0, '1m', minute(0), 'co2')], { ordered: false });
  const readings = minutes.flatMap((i) =>
    devices.map((device) => ({
      _id: `${device}-${i}`,
      device_id: `d${device}`,
      ts: minute(i + 1),
      received_at: minute(i),
      humidity: 1,
      source: 's',
    })),
  );
  await mongo.raw.insertMany(
    [...readings, { ...readings[0]!, _id: 'rare', ts: minute(0), co2: 1 }],
    { ordered: false },
  );
  const alerts = minutes.flatMap((i) =>
    devices.slice(0, 10).map((device) => ({
      ...{
        _id: `${device}|${i}`,
        device_id: `d${device}`,
        sensor_type: 'humidity',
        alert_type: 'above_max' as const,
        severity: 'warning' as const,
      },
      ...{
        message: '',
        value: 1,
        timestamp: minute(i + 1),
        status: 'resolved' as const,
        threshold: 1,
        occurrences: 1,
        last_value: 1,
      },
      ...{ last_seen: minute(i), resolved_at: minute(i), created_at: minute(i + 1), version: 1 },
    })),
  );
  const rare = {
    ...alerts[0]!,
    _id: 'rare',
    sensor_type: 'co2',
    severity: 'critical' as const,
    timestamp: minute(0),
    created_at: minute(0),
  };
  await mongo.alerts.insertMany([...alerts, rare], { ordered: false });
});
afterAll(async () => {
  await mongo.db.dropDatabase();
  await mongo.close();
});

/**
 * What `work` gives, and how many documents the database looked at for it. A MongoDB says that in
 * explain; the stand-in by a command of its own.
 */
async function counted<T>(work: () => Promise<T>): Promise<{ result: T; examined: number }> {
  const total = async (): Promise<number> =>
    Number((await mongo.db.command({ documentsExamined: 1 }))['examined']);
  const before = await total();
  const result = await work();
  return { result, examined: (await total()) - before };
}

type Filters = Record<string, string>;
const selected = (filters: Filters, after?: Position): Selection => ({
  ...{ filters, from: undefined, to: undefined, after, limit: 100, scope: '' },
});

describe('a page of a list costs what it shows, and not what lies between', () => {
  it.each([
    [AGGREGATES, { window: '1d' }, DEVICES],
    [AGGREGATES, { window: '1d', device_id: 'd3' }, 1],
    [ALERTS, { severity: 'critical' }, 1],
    [ALERTS, { sensor_type: 'co2' }, 1],
    [RECENT_ALERTS, { severity: 'critical' }, 1],
    [RECENT_ALERTS, { status: 'active' }, 0],
    [AGGREGATES, {}, 100],
    [TELEMETRY, { device_id: 'd3' }, 100],
  ] as unknown as [List<Document, unknown>, Filters, number][])(
    '%# %j',
    async (list, filters, rows) => {
      const { result, examined } = await counted(() => reader.page(list, selected(filters), 100));
      expect(result.rows.length).toBe(rows);
      expect(examined).toBeLessThanOrEqual(300);
    },
  );

  it.each([
    [TELEMETRY, { sensor_type: 'co2' }],
    [AGGREGATES, { sensor_type: 'co2' }],
    [AGGREGATES, { window: '1m', sensor_type: 'co2' }],
    [ALERTS, { sensor_type: 'co2', status: 'resolved', severity: 'critical', device_id: 'd0' }],
    [LATEST, { sensor_type: 'co2' }],
  ] as unknown as [List<Document, unknown>, Filters][])(
    '%# %j is rare: no page costs more than its steps, and the pages find it',
    async (list, filters) => {
      const found: unknown[] = [];
      let pages = 0;
      for (let after: Position | undefined; ; pages++) {
        const { result, examined } = await counted(() =>
          reader.page(list, selected(filters, after), 100),
        );
        expect(examined).toBeLessThanOrEqual(MOST_OF_A_PAGE);
        found.push(...result.rows);
        if (!result.next) break;
        if (after) expect(inListOrder(after, result.next)).toBeLessThan(0);
        after = result.next;
      }
      expect(found.length).toBe(list.name === LATEST.name ? 0 : 1);
      expect(pages).toBeLessThan(3);
    },
  );
});

it('different values of a field are found by one document each', async () => {
  const read = async (): Promise<string[]> => {
    const values: string[] = [];
    for await (const value of distinctValues(mongo.raw, 'device_id', 'd17')) values.push(value);
    for await (const value of distinctValues(mongo.rollups, 'window')) values.push(value);
    return values;
  };
  const { result, examined } = await counted(read);
  expect(result).toEqual([
    'd18',
    'd19',
    'd2',
    'd3',
    'd4',
    'd5',
    'd6',
    'd7',
    'd8',
    'd9',
    '1d',
    '1m',
  ]);
  expect(examined).toBeLessThanOrEqual(result.length);
});
