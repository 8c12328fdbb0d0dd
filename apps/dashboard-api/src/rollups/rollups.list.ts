import type { RollupDocument } from '@iot/mongo';
import { equal, within } from '../lists/core/conditions.js';
import { listOf } from '../lists/list.js';
import { AggregateRow } from './rollup.row.js';
import type { AggregatesQuery } from './rollups.query.js';

export const AGGREGATES = listOf<RollupDocument, AggregateRow, AggregatesQuery>({
  name: 'aggregated',
  collection: ({ rollups }) => rollups,
  stored: 'aggregated_data',
  orderBy: 'timestamp',
  filter: (selection) => {
    const { device_id, sensor_type, window } = selection.filters;
    return { ...equal({ device_id, sensor_type, window }), ...within('timestamp', selection) };
  },
  row: AggregateRow,
  // Of one device and window, the other sensors of the device are looked at too: a few. Without a
  // device, those of all.
  unindexed: (field) => field === 'sensor_type',
});
