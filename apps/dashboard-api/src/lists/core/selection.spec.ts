import { BUILT_IN_SENSORS, SensorCatalogue } from '@iot/telemetry';
import { cursorAt, QueryError, select, type ListQuery } from './selection.js';

const catalogue = new SensorCatalogue(BUILT_IN_SENSORS);
const chosen = (query: ListQuery, list = 'telemetry') => select(list, query, catalogue);
const refused = (query: ListQuery, list = 'telemetry'): string[] => {
  try {
    chosen(query, list);
  } catch (error) {
    if (error instanceof QueryError)
      return error.errors.map(({ field, message }) => `${field}: ${message}`);
    throw error;
  }
  return [];
};

describe('a selection', () => {
  it('names the sensor as the catalogue does', () => {
    expect(chosen({ sensor_type: 'temperature' }).filters.sensor_type).toBe('temperature_c');
  });

  it('refuses a sensor that the catalogue does not have, and lists those it has', () => {
    const known = BUILT_IN_SENSORS.map(({ name }) => name).join(', ');
    expect(refused({ sensor_type: 'aura' })).toEqual([
      `sensor_type: sensor_type must be one of ${known}`,
    ]);
    expect(refused({ sensor_type: 'constructor' })).toHaveLength(1);
  });

  it('refuses a range that ends before it begins, and takes an empty one', () => {
    expect(refused({ from: 2, to: 1 })).toEqual(['from: from must not be later than to']);
    expect(refused({ from: 1, to: 1 })).toEqual([]);
  });

  it('continues where its own cursor says', () => {
    const at = { time: 5, id: 'e' };
    const first = chosen({ device_id: 'd', from: 1, limit: 10 });
    expect(first.after).toBeUndefined();
    expect(
      chosen({ device_id: 'd', from: 1, limit: 20, cursor: cursorAt(first, at) }).after,
    ).toEqual(at);
  });

  it.each<[string, ListQuery, string]>([
    ['another list', {}, 'alerts'],
    ['another device', { device_id: 'other' }, 'telemetry'],
    ['another range', { to: 9 }, 'telemetry'],
    ['another sensor', { sensor_type: 'humidity' }, 'telemetry'],
  ])('refuses a cursor of %s', (_, query, list) => {
    const cursor = cursorAt(chosen({}), { time: 5, id: 'e' });
    expect(refused({ ...query, cursor }, list)[0]).toMatch(
      /^cursor: cursor must be the next_cursor of a page of this list/,
    );
  });
});

describe('a cursor', () => {
  const at = { time: 5, id: 'e' };

  it('is the one that an older version gives and takes', () => {
    const { scope } = chosen({ device_id: 'd', from: 1 });
    expect(scope).toBe('["telemetry","d",null,null,null,null,1,null]');
  });

  it('is tied to filters that lists may get, whatever their names', () => {
    const cursor = cursorAt(chosen({ kind: 'a' } as ListQuery), at);
    expect(refused({ kind: 'b', cursor } as ListQuery)).toHaveLength(1);
    expect(chosen({ kind: 'a', cursor } as ListQuery).after).toEqual(at);
  });
});
