import type { DeviceDocument } from '@iot/mongo';
import { equal, within } from '../lists/core/conditions.js';
import { listOf } from '../lists/list.js';
import { DeviceRow } from './device.row.js';
import type { DevicesQuery } from './devices.query.js';

/**
 * Devices that reported come first by when they first did: `last_seen` moves with every reading,
 * and would carry devices past a reader's cursor.
 */
export const DEVICES = listOf<DeviceDocument, DeviceRow, DevicesQuery>({
  name: 'devices',
  collection: ({ devices }) => devices,
  stored: 'devices',
  orderBy: 'first_seen',
  filter: (selection) => ({
    ...equal({ _id: selection.filters.device_id }),
    ...within('last_seen', selection),
  }),
  row: DeviceRow,
  // Times of last_seen, in the order of first_seen.
  unindexed: (field) => field === 'last_seen',
});

/**
 * By when they were last seen. One that reports meanwhile moves to the front, past a reader's
 * cursor: it is missing from the pages behind, where it does not belong any more.
 */
export const RECENT_DEVICES = listOf<DeviceDocument, DeviceRow, DevicesQuery>({
  name: 'recent-devices',
  collection: ({ devices }) => devices,
  stored: 'devices',
  orderBy: 'last_seen',
  filter: (selection) => ({
    ...equal({ _id: selection.filters.device_id }),
    ...within('last_seen', selection),
  }),
  row: DeviceRow,
  sharedMs: 1000,
});
