import type { Aggregate } from './aggregate.js';
import type { WindowSize } from './window.js';

/** Which row: one per window size, device, sensor and window start (epoch ms). */
export interface RowKey {
  readonly id: string;
  readonly device_id: string;
  readonly sensor_type: string;
  readonly window: WindowSize;
  readonly start: number;
}

/**
 * A row as stored. `version` grows by one with each write; a row that does not exist has version 0.
 */
export interface Row extends Aggregate {
  version: number;
  /** Of the facts under which it was written; absent: 0. */
  era?: number;
}

/** The `_id` of a row in `aggregated_data`. `|` is in none of its parts. */
export const rowId = (
  device_id: string,
  sensor_type: string,
  window: string,
  start: number,
): string => `${device_id}|${sensor_type}|${window}|${start}`;

export const rowKey = (
  device_id: string,
  sensor_type: string,
  window: WindowSize,
  start: number,
): RowKey => ({
  id: rowId(device_id, sensor_type, window.label, start),
  device_id,
  sensor_type,
  window,
  start,
});
