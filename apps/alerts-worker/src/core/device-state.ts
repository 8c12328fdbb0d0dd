import type { AlertType, Severity } from '@iot/mongo';
import type { RecentIds } from './recent-ids.js';
import type { Threshold } from './thresholds.js';

/**
 * One alert, from its first violating reading until a reading is back inside the bound. Times are
 * epoch milliseconds.
 */
export interface Alert {
  readonly deviceId: string;
  readonly sensor: Threshold;
  readonly type: AlertType;
  readonly ts: number;
  readonly value: number;
  readonly threshold: number;
  /** Arrival of the record that raised it. */
  readonly createdAt: number;
  severity: Severity;
  occurrences: number;
  lastValue: number;
  lastSeen: number;
  resolvedAt: number | null;
  /** Changes so far. */
  version: number;
}

/** What is known of one device. Changed in place by evaluate(). */
export interface DeviceState {
  readonly deviceId: string;
  /** Version of the stored state that this one follows; 0: none is stored. */
  version: number;
  /** Time of the last reading evaluated, by {@link Threshold.index}; -Infinity: none yet. */
  readonly lastTs: number[];
  readonly recent: RecentIds;
  active: Alert[];
  /** Alerts as the database has them, where it differs from `active`: see reconcile.ts. */
  told: readonly Alert[];
  /** Whether it differs from what is stored. */
  changed: boolean;
}

export const NOTHING_TOLD: readonly Alert[] = [];

/** The state of a device that was never heard of. */
export const newDeviceState = (deviceId: string, sensors: number): DeviceState => ({
  deviceId,
  version: 0,
  lastTs: new Array<number>(sensors).fill(-Infinity),
  recent: [],
  active: [],
  told: NOTHING_TOLD,
  changed: false,
});
