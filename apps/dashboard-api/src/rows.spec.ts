import 'reflect-metadata';
import { ALERTS } from './alerts/alerts.list.js';
import { DEVICES } from './devices/devices.list.js';
import type { List } from './lists/list.js';
import type { TelemetryRow } from './readings/reading.row.js';
import { TELEMETRY } from './readings/readings.list.js';
import { HISTORY, LATEST } from './sensors/sensors.list.js';

/** The rows that a list makes of a document. */
const rowsOf =
  <D extends object, R>({ rows }: List<D, R, never>) =>
  (document: D, sensor_type?: string) =>
    rows(document, { filters: { sensor_type } } as never);
const one =
  <D extends object, R>(list: List<D, R, never>) =>
  (document: D): R =>
    rowsOf(list)(document)[0]!.row;
const [telemetryRow, alertRow, deviceRow] = [one(TELEMETRY), one(ALERTS), one(DEVICES)];
const [historyRows, latestRows] = [rowsOf(HISTORY), rowsOf(LATEST)];

const at = new Date('2026-01-31T12:00:00Z');
const reading = {
  _id: 'e1',
  device_id: 'd1',
  ts: at,
  received_at: at,
  humidity: 40,
  co2: 0,
  source: 'telemetry.raw/0/1',
};

describe('rows as served', () => {
  it('of readings have every sensor, the position only when there is one, and nothing of where they were stored from', () => {
    const iso = '2026-01-31T12:00:00.000Z';
    expect(telemetryRow(reading)).toEqual({
      event_id: 'e1',
      device_id: 'd1',
      ts: iso,
      received_at: iso,
      humidity: 40,
      co2: 0,
    });
    const withinItsDevice = { ...reading, _id: 'd1/7', event_id: '7' };
    expect(telemetryRow(withinItsDevice)).toEqual({
      event_id: '7',
      device_id: 'd1',
      ts: iso,
      received_at: iso,
      humidity: 40,
      co2: 0,
    });
    expect(telemetryRow({ ...reading, lat: 0, lon: -1 })).toMatchObject({ lat: 0, lon: -1 });
  });

  it('of readings have their attributes as JSON has them, and CSV their text', () => {
    const attributes = '{"signal":-67,"at":{"x":[1]}}';
    const row = telemetryRow({ ...reading, attributes });
    expect(row).toMatchObject({ attributes: { signal: -67, at: { x: [1] } } });
    expect(telemetryRow({ ...reading, attributes: 'none' })).toMatchObject({ attributes: null });
    const cells = (of: TelemetryRow) =>
      TELEMETRY.columns([])
        .filter(({ name }) => name === 'attributes')
        .map(({ cell }) => cell(of));
    expect([cells(row), cells(telemetryRow(reading))]).toEqual([[attributes], [undefined]]);
    expect(historyRows({ ...reading, attributes })).toHaveLength(2);
  });

  it('of one reading’s values come by the sensor’s name', () => {
    expect(historyRows(reading).map(({ part, row }) => [part, row.value])).toEqual([
      ['co2', 0],
      ['humidity', 40],
    ]);
    expect(historyRows(reading, 'humidity')).toHaveLength(1);
    expect(historyRows(reading, 'voltage')).toEqual([]);
  });

  it('of a device’s latest values come by the sensor’s name', () => {
    const device = {
      _id: 'd1',
      first_seen: at,
      last_seen: at,
      latest: { voltage: { value: 230, ts: at }, current: { value: 1, ts: at } },
      version: 1,
    };
    expect(latestRows(device).map(({ row }) => row.sensor_type)).toEqual(['current', 'voltage']);
    expect(deviceRow(device)).toEqual({
      device_id: 'd1',
      first_seen: at.toISOString(),
      last_seen: at.toISOString(),
      latest: {
        voltage: { value: 230, ts: at.toISOString() },
        current: { value: 1, ts: at.toISOString() },
      },
    });
  });

  it('of an active alert have no time of resolution', () => {
    const alert = {
      _id: 'a1',
      device_id: 'd1',
      sensor_type: 'voltage',
      alert_type: 'above_max' as const,
      severity: 'warning' as const,
      message: 'm',
      value: 250,
      timestamp: at,
      status: 'active' as const,
      threshold: 240,
      occurrences: 1,
      last_value: 250,
      last_seen: at,
      resolved_at: null,
      created_at: at,
      version: 1,
    };
    expect(alertRow(alert)).toMatchObject({ id: 'a1', resolved_at: null, status: 'active' });
    expect(alertRow(alert)).not.toHaveProperty('version');
  });
});
