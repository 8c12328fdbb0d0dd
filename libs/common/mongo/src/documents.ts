/**
 * A document of `telemetry_raw`: one accepted reading, once. Sensor fields stand beside the fixed
 * ones, by catalogue name.
 */
export interface RawDocument {
  /**
   * `device_id/event_id`. Of a reading that was stored before ids were within their device, the
   * event id alone.
   */
  _id: string;
  /** Absent where `_id` is the event id. */
  event_id?: string;
  device_id: string;
  ts: Date;
  received_at: Date;
  lat?: number;
  lon?: number;
  /** JSON text: names in it are not ours, and no database's. */
  attributes?: string;
  /** `topic/partition/offset` of the record that stored it. */
  source: string;
  [sensor: string]: unknown;
}

/** Fields of a raw document that are no values of sensors. */
export const FIXED_RAW_FIELDS: ReadonlySet<string> = new Set([
  '_id',
  'event_id',
  'device_id',
  'ts',
  'received_at',
  'lat',
  'lon',
  'attributes',
  'source',
]);

/** A document of `aggregated_data`: one rollup row. `_id` is device|sensor|window|start. */
export interface RollupDocument {
  _id: string;
  device_id: string;
  sensor_type: string;
  window: string;
  timestamp: Date;
  count: number;
  sum: number;
  min: number;
  max: number;
  average: number;
  version: number;
  updated_at: Date;
  /** Which time in WINDOWS its size was in when the row was written; absent: 0. */
  era?: number;
  /** When the row may be removed; absent: never. */
  expire_at?: Date;
}

/** Of thresholds, then of rules: the kind of their condition. */
export type AlertType =
  'above_max' | 'below_min' | 'above' | 'below' | 'rate' | 'window' | 'silent';
/** `lapsed`: it was pending, and its condition was over before it was raised. */
export type AlertStatus = 'pending' | 'active' | 'resolved' | 'lapsed';
export type Severity = 'warning' | 'critical';

/**
 * A document of `alerts`. `version` grows with every change, so an older state never overwrites a
 * newer one.
 */
export interface AlertDocument {
  _id: string;
  device_id: string;
  /** Null: it is about the device. */
  sensor_type: string | null;
  alert_type: AlertType;
  /** Name of the rule, and its version when the alert began; absent: of thresholds. */
  rule?: string;
  rule_version?: number;
  labels?: Record<string, string>;
  severity: Severity;
  message: string;
  /** The first violating value, and its time. */
  value: number;
  timestamp: Date;
  status: AlertStatus;
  threshold: number;
  occurrences: number;
  last_value: number;
  last_seen: Date;
  resolved_at: Date | null;
  /** Null: by a reading. */
  resolved_reason?: string | null;
  created_at: Date;
  raises_last_hour?: number;
  version: number;
  /** When one that lapsed may be removed. */
  expire_at?: Date;
  /** What people did, written by the dashboard API alone. Absent: nothing yet. */
  acknowledgement?: { by: string; at: Date; note: string | null };
  /** When the acknowledgement is to be told, by whom it was not yet. */
  tell_at?: Date;
  notes?: { by: string; at: Date; text: string }[];
}

/** A document of `mutes`: alerts that nobody is told of for a time. */
export interface MuteDocument {
  _id: string;
  /** See Selector and Mute in libs/common/alerting. */
  selector: { device: string; sensor?: string };
  rule?: string;
  from: Date;
  /** Null: until it is deleted. */
  to: Date | null;
  reason: string;
  created_by: string;
  created_at: Date;
}

/** A document of `devices`. */
export interface DeviceDocument {
  _id: string;
  first_seen: Date;
  last_seen: Date;
  latest: Record<string, { value: number; ts: Date }>;
  version: number;
}

/** An active alert as `alert_states` keeps it: enough to go on with it exactly as before. */
export interface ActiveAlertState {
  /** Time of the first violating reading. */
  timestamp: Date;
  value: number;
  threshold: number;
  severity: Severity;
  occurrences: number;
  last_value: number;
  last_seen: Date;
  created_at: Date;
  version: number;
}

/**
 * What is known of one sensor of a device: the time of the last reading evaluated, and its active
 * alerts.
 */
export interface SensorAlertState {
  ts: Date;
  active: Partial<Record<AlertType, ActiveAlertState>>;
}

/**
 * A document of `alert_states`: what the alerts worker knows of one device, as of its last
 * checkpoint.
 */
export interface AlertStateDocument {
  _id: string;
  /** As an older version wrote it; empty where `packed` says it. */
  sensors: Record<string, SensorAlertState>;
  /**
   * Numbers of the ids of its last readings evaluated, oldest first. Absent: an older version wrote
   * it.
   */
  recent?: number[];
  version: number;
  /** See apps/alerts-worker/src/core/packed-state.ts. */
  packed?: Uint8Array;
  /** Alerts that are pending or active. */
  open?: AlertDocument[];
  /** While rules are about silence: the partition of the device's last reading, … */
  partition?: number;
  /** … the count of its progress that this state knows … */
  line?: number;
  /** … and the progress of it at which a silence is to be looked at; null: not before a reading. */
  due?: number | null;
}

/** A document of `alert_progress`: how far the time of a partition has come. */
export interface AlertProgressDocument {
  /** `topic/partition`. */
  _id: string;
  /** See StoredProgress in libs/common/alerting. */
  ms: number;
  arrival: number;
  /** Offset that it has come to. */
  next: number;
  /** Names the count that `ms` goes on with. */
  line: number;
  /** The rules about silence by which the states of the partition's devices are due. */
  silence: string;
}

/** A document of `alert_rules`: a rule, its newest version and those before. */
export interface AlertRuleDocument {
  /** The name. */
  _id: string;
  version: number;
  /** Null: it was deleted, and goes on with the next version when it is made again. */
  rule: object | null;
  /** Who keeps it: `api`, or the file or ConfigMap that is applied. */
  origin: string;
  updated_by: string;
  updated_at: Date;
  /** The newest first, this one too. */
  versions: { version: number; rule: object | null; by: string; at: Date }[];
}

/** The document of `verifications`: what the last run of `verify --record` found. */
export interface VerificationDocument {
  _id: 'last';
  finished_at: Date;
  /** How many of each kind; a kind of which there are none is there with 0. */
  discrepancies: Record<string, number>;
}

/**
 * The document of `platform_facts`: what the stored readings and rows are, beyond what the
 * configuration wishes for. Written by the aggregators and by `backfill`, under compare-and-set on
 * `version`; libs/common/rollup/src/facts.ts says what each fact means.
 */
export interface FactsDocument {
  _id: 'rollups';
  version: number;
  /** Counts changes of WINDOWS, ROLLUP_RETENTION and RAW_RETENTION_DAYS. */
  epoch: number;
  /** False: workers of the configuration before may still be at work. */
  in_force: boolean;
  raw: { configured_ms: number; retention_ms: number; kept_since: Date | null };
  /** The sizes of WINDOWS, by label. */
  sizes: Record<string, SizeFactsDocument>;
  /** Sizes that were in WINDOWS once: label to the last era. */
  retired: Record<string, number>;
  /** When an aggregator last said that it works under these facts. */
  used_at: Date;
}

/** Of a time: null is always, absent is not known yet. Of a retention: absent is for ever. */
export interface SizeFactsDocument {
  era: number;
  complete_since?: Date | null;
  retention_ms?: number;
  kept_since: Date | null;
  before?: { retention_ms?: number; until?: Date };
}
