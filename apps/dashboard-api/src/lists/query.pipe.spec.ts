import 'reflect-metadata';
import { ProblemError } from '@iot/service';
import { AlertsQuery } from '../alerts/alerts.query.js';
import { DevicesQuery } from '../devices/devices.query.js';
import { ReadingsQuery } from '../readings/readings.query.js';
import { AggregatesQuery } from '../rollups/rollups.query.js';
import { LatestQuery } from '../sensors/sensors.query.js';
import { NoQuery } from './parameters.js';
import { QueryPipe } from './query.pipe.js';

type Type = new () => object;
const parse = (type: Type, query: Record<string, unknown>) =>
  new QueryPipe().transform(query, { type: 'query', metatype: type });
const problemOf = async (
  type: Type,
  query: Record<string, unknown>,
): Promise<{ detail: string; errors: { field: string; message: string }[] }> => {
  try {
    await parse(type, query);
  } catch (error) {
    if (error instanceof ProblemError) return error.getResponse() as never;
    throw error;
  }
  throw new Error('it was accepted');
};

const LIMIT = 'limit must be a whole number from 1 to 1000';
const TIME = 'must be an RFC 3339 time such as 2026-01-31T12:00:00Z, or epoch milliseconds';
const CURSOR = 'cursor must be the next_cursor of a page of this list, unchanged and given once';
const DEVICE = 'device_id must be 1–128 of A-Z a-z 0-9 . _ : -';

describe('query parameters', () => {
  it('become values', async () => {
    expect(
      await parse(ReadingsQuery, {
        limit: '1000',
        from: '2026-01-01T00:00:00Z',
        to: '1767225600001',
        device_id: 'a.b:c_d-1',
        sensor_type: 'humidity',
      }),
    ).toMatchObject({
      limit: 1000,
      from: 1767225600000,
      to: 1767225600001,
      device_id: 'a.b:c_d-1',
      sensor_type: 'humidity',
    });
  });

  it.each<[Type, string, unknown, string]>([
    [ReadingsQuery, 'limit', '0', LIMIT],
    [ReadingsQuery, 'limit', '1001', LIMIT],
    [ReadingsQuery, 'limit', '', LIMIT],
    [ReadingsQuery, 'limit', '1.5', LIMIT],
    [ReadingsQuery, 'limit', 'ten', LIMIT],
    [ReadingsQuery, 'limit', ['1', '2'], LIMIT],
    [ReadingsQuery, 'from', 'yesterday', `from ${TIME}`],
    [ReadingsQuery, 'to', '', `to ${TIME}`],
    [ReadingsQuery, 'from', ['1', '2'], `from ${TIME}`],
    [ReadingsQuery, 'device_id', 'a/b', DEVICE],
    [ReadingsQuery, 'device_id', 'a'.repeat(129), DEVICE],
    [ReadingsQuery, 'device_id', '', DEVICE],
    [ReadingsQuery, 'device_id', { $ne: '' }, DEVICE],
    [ReadingsQuery, 'sensor_type', ['a', 'b'], 'sensor_type must be given once'],
    [ReadingsQuery, 'cursor', ['a', 'b'], CURSOR],
    [ReadingsQuery, 'cursor', 'a'.repeat(1025), CURSOR],
    [
      AggregatesQuery,
      'window',
      '1w',
      'window must be a window size from 1s to 31d, such as 1m, 1h, 1d',
    ],
    [
      AggregatesQuery,
      'window',
      ' 1m',
      'window must be a window size from 1s to 31d, such as 1m, 1h, 1d',
    ],
    [
      AlertsQuery,
      'status',
      'open',
      'status must be one of pending, active, acknowledged, resolved, lapsed',
    ],
    [AlertsQuery, 'severity', 'fatal', 'severity must be warning or critical'],
    [AlertsQuery, 'severity', ['warning', 'critical'], 'severity must be warning or critical'],
    [
      ReadingsQuery,
      'window',
      '1m',
      'window is not a parameter here; known: limit, cursor, from, to, device_id, sensor_type',
    ],
    [
      LatestQuery,
      'from',
      '1',
      'from is not a parameter here; known: limit, cursor, device_id, sensor_type',
    ],
    [
      DevicesQuery,
      'skip',
      '1',
      'skip is not a parameter here; known: limit, cursor, from, to, device_id',
    ],
    [
      DevicesQuery,
      '__proto__x',
      '1',
      '__proto__x is not a parameter here; known: limit, cursor, from, to, device_id',
    ],
    [NoQuery, 'limit', '1', 'limit is not a parameter here; known: none'],
  ])('%p refuses %s=%j', async (type, field, value, message) => {
    expect((await problemOf(type, { [field]: value })).errors).toEqual([{ field, message }]);
  });

  it('are all named when several are wrong', async () => {
    const { detail, errors } = await problemOf(ReadingsQuery, { limit: 'x', from: 'y', z: '1' });
    expect(errors.map(({ field }) => field).sort()).toEqual(['from', 'limit', 'z']);
    expect(detail).toContain(LIMIT);
  });

  it('that are unknown are repeated few and short, whatever is sent', async () => {
    const query = Object.fromEntries(
      Array.from({ length: 2000 }, (_, i) => [`${i}\u202e${'x'.repeat(i)}`, '1']),
    );
    const { detail, errors } = await problemOf(ReadingsQuery, query);
    expect(errors).toHaveLength(6);
    expect(errors.at(-1)).toEqual({ field: '', message: 'and 1995 more are not' });
    expect(detail.length + JSON.stringify(errors).length).toBeLessThan(1500);
    expect(detail).not.toMatch(/\p{Cf}/u);
  });

  it('are known by their own names only', async () => {
    const query = JSON.parse('{"__proto__":{"limit":"5"},"constructor":"x"}') as Record<
      string,
      unknown
    >;
    expect((await problemOf(ReadingsQuery, query)).errors.map(({ field }) => field)).toEqual([
      '__proto__',
      'constructor',
    ]);
  });
});
