import type { Severity } from '../rule.js';
import type { AlertType } from './compiled-rule.js';
import type { RecentIds } from './recent-ids.js';
import type { DeviceRule, DeviceRules } from './rule-set.js';

/** `lapsed`: the condition was over before it had held for as long as the rule wants. */
export type AlertStatus = 'pending' | 'active' | 'resolved' | 'lapsed';

/**
 * One alert, from its first violating reading until the condition is over. Times are epoch
 * milliseconds: event time, but of silence, which is in times of arrival.
 */
export interface Alert {
  readonly deviceId: string;
  rule: DeviceRule;
  /** Version, labels and type of the rule when the alert began. */
  readonly ruleVersion: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly alertType: AlertType;
  readonly message: string;
  readonly ts: number;
  readonly value: number;
  readonly threshold: number;
  /** Arrival of the record that raised it; while it is pending, of the first one. */
  createdAt: number;
  status: AlertStatus;
  severity: Severity;
  occurrences: number;
  lastValue: number;
  lastSeen: number;
  resolvedAt: number | null;
  /** Null: by a reading. */
  resolvedReason: string | null;
  /** Alerts of the rule and device raised in the hour before, this one included. */
  raises: number;
  /** Changes so far. */
  version: number;
}

/** What is known of one device. Changed in place by evaluate(). */
export interface DeviceState {
  readonly deviceId: string;
  /** Version of the stored state that this one follows; 0: none is stored. */
  version: number;
  rules: DeviceRules;
  /** By clock of the rules; -Infinity: none yet. */
  lastTs: number[];
  /** By clock: progress of the partition at the last arrival. Empty: no rule is about silence. */
  heard: number[];
  /** By rule: what rates and windows need of earlier readings. Empty: no rule needs any. */
  memory: (number[] | undefined)[];
  readonly recent: RecentIds;
  /** Alerts that are pending or active. */
  active: Alert[];
  /** Alerts as the database has them, where it differs from `active`: see reconcile.ts. */
  told: readonly Alert[];
  /** When its rules raised alerts in the last hour, by rule id. */
  raised: ReadonlyMap<string, readonly number[]>;
  /** Partition of the telemetry topic that its last reading came by; -1: not known. */
  partition: number;
  /** Names the count of progress that `heard` is of; -1: none. */
  line: number;
  /** Whether it differs from what is stored. */
  changed: boolean;
}

export const NOTHING_TOLD: readonly Alert[] = [];
export const NEVER_RAISED: DeviceState['raised'] = new Map();
const NOTHING: never[] = [];

/** The state of a device that was never heard of. */
export const newDeviceState = (deviceId: string, rules: DeviceRules): DeviceState => ({
  deviceId,
  version: 0,
  rules,
  lastTs: rules.clocks.map(() => -Infinity),
  heard: rules.silence.length === 0 ? NOTHING : rules.clocks.map(() => -Infinity),
  memory: rules.rules.some(needsMemory) ? rules.rules.map(() => undefined) : NOTHING,
  recent: [],
  active: [],
  told: NOTHING_TOLD,
  raised: NEVER_RAISED,
  partition: -1,
  line: -1,
  changed: false,
});

const needsMemory = ({ rate, window }: DeviceRule): boolean =>
  rate !== undefined || window !== undefined;
