import type { Filter, RawDocument } from '@iot/mongo';
import { equal, having, within } from '../lists/core/conditions.js';
import type { Selection } from '../lists/core/selection.js';
import { listOf } from '../lists/list.js';
import { isSensorField, TelemetryRow } from './reading.row.js';
import type { ReadingsQuery } from './readings.query.js';

/** How lists of readings choose and read them. */
export const READINGS = {
  collection: ({ raw }) => raw,
  stored: 'telemetry_raw',
  orderBy: 'ts',
  filter: (selection: Selection<ReadingsQuery>): Filter<RawDocument> => {
    const { device_id, sensor_type } = selection.filters;
    return { ...equal({ device_id }), ...within('ts', selection), ...having(sensor_type) };
  },
  // An index for each sensor would cost more than all other work of an insert.
  unindexed: isSensorField,
} satisfies Partial<Parameters<typeof listOf<RawDocument, TelemetryRow, ReadingsQuery>>[0]>;

export const TELEMETRY = listOf<RawDocument, TelemetryRow, ReadingsQuery>({
  ...READINGS,
  name: 'telemetry',
  row: TelemetryRow,
});
