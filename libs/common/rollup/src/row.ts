import type { Aggregate } from './aggregate.js';
import type { WindowSize } from './window.js';

/** Which row: one per window size, device, sensor and window start (epoch ms). */
export interface RowKey {
  readonly id: string;
  readonly deviceId: string;
  readonly sensorType: string;
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
  deviceId: string,
  sensorType: string,
  window: string,
  start: number,
): string => `${deviceId}|${sensorType}|${window}|${start}`;

/** The device of a row's `_id`. */
export const deviceOfRow = (id: string): string => id.slice(0, id.indexOf('|'));

export const rowKey = (
  deviceId: string,
  sensorType: string,
  window: WindowSize,
  start: number,
): RowKey => ({
  id: rowId(deviceId, sensorType, window.label, start),
  deviceId,
  sensorType,
  window,
  start,
});
