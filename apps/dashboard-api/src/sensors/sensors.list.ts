import type { DeviceDocument, RawDocument } from '@iot/mongo';
import { equal, having } from '../lists/core/conditions.js';
import { listOf } from '../lists/list.js';
import { sensorValues } from '../readings/reading.row.js';
import { READINGS } from '../readings/readings.list.js';
import type { ReadingsQuery } from '../readings/readings.query.js';
import { SensorRow, sensorRows } from './sensor.row.js';
import type { LatestQuery } from './sensors.query.js';

/** The latest value of each sensor of each device. */
export const LATEST = listOf<DeviceDocument, SensorRow, LatestQuery>({
  name: 'latest',
  collection: ({ devices }) => devices,
  stored: 'devices',
  orderBy: 'first_seen',
  filter: ({ filters: { device_id, sensor_type } }) => ({
    ...equal({ _id: device_id }),
    ...having(sensor_type && `latest.${sensor_type}`),
  }),
  row: SensorRow,
  rows: ({ _id: device_id, latest }, { filters }) =>
    sensorRows(
      Object.entries(latest ?? {}).map(([sensor_type, { value, ts }]) => ({
        ...{ device_id, sensor_type, value, ts },
      })),
      filters.sensor_type,
    ),
  unindexed: (field) => field.startsWith('latest.'),
});

/** The values of each reading, one by one. */
export const HISTORY = listOf<RawDocument, SensorRow, ReadingsQuery>({
  ...READINGS,
  name: 'history',
  row: SensorRow,
  rows: (document, { filters }) =>
    sensorRows(
      sensorValues(document).map(([sensor_type, value]) => ({
        device_id: document.device_id,
        sensor_type,
        value,
        ts: document.ts,
      })),
      filters.sensor_type,
    ),
});
