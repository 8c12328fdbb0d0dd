/** Whom alerts are told, and what becomes of it. Times that are not known yet are {@link NEVER}. */

/** Later than any time: fields that an index orders by always have a time. */
export const NEVER = new Date('9999-01-01T00:00:00Z');

export type ReceiverKind = 'webhook' | 'email';
/** `file`: kept in NOTIFY_FILE, and not to be changed by the API. */
export type ConfiguredBy = 'api' | 'file';

/** What receivers and routes have in common. `_id` is the name. */
export interface ConfiguredDocument {
  _id: string;
  source: ConfiguredBy;
  version: number;
  created_at: Date;
  updated_at: Date;
}

/** A document of `receivers`: somebody to be told. */
export interface ReceiverDocument extends ConfiguredDocument {
  kind: ReceiverKind;
  enabled: boolean;
  /** Of a webhook: the form of its body. */
  format?: 'standard' | 'alertmanager';
  /** Of a webhook: the address without what may be secret in it, for people. */
  shown_url?: string;
  /** Of a webhook: its url, secrets and authorization, sealed. */
  sealed?: string;
  /** Of a webhook: the same as names of variables of the notifier, in place of what is sealed. */
  env?: { url: string; secret: string; authorization?: string };
  /** Of an e-mail: addresses. */
  to?: string[];
  /** At most so many deliveries in so many seconds. */
  rate_limit: { count: number; per_s: number };
}

/** A document of `routes`: which alerts a receiver is told, and when. */
export interface RouteDocument extends ConfiguredDocument {
  enabled: boolean;
  receiver: string;
  match: RouteMatch;
  /** Fields of an alert, or `label:NAME`: alerts in which these are equal are told together. */
  group_by: string[];
  /** Seconds that the first alert of a group waits for others. */
  group_wait_s: number;
  /** Seconds between two notifications of a group at least. */
  group_interval_s: number;
  /** Seconds after which alerts that are still active are told again; 0: never. */
  repeat_interval_s: number;
  send_resolved: boolean;
}

/** What an alert must be; a part that is absent takes all. */
export interface RouteMatch {
  /** Devices as in rules and mutes: an id, the beginning of ids and a `*`, or `*`. */
  selector: { device: string; sensor?: string };
  rule?: string;
  severity?: string[];
  labels?: Record<string, string>;
}

/** An alert as it is told. Times are RFC 3339. */
export interface ToldAlert {
  id: string;
  version: number;
  status: 'active' | 'resolved';
  severity: 'warning' | 'critical';
  device_id: string;
  /** Null: it is about the device. */
  sensor_type: string | null;
  rule: string;
  message: string;
  labels: Record<string, string>;
  value: number;
  last_value: number;
  threshold: number;
  started_at: string;
  resolved_at: string | null;
}

/** A document of `notification_alerts`: an alert in a group. `_id` is group|alert. */
export interface GroupedAlertDocument {
  _id: string;
  group: string;
  alert: ToldAlert;
  version: number;
  /** Somebody has it: it is not repeated any more. */
  acknowledged?: boolean;
  /** Its last change has not been looked at yet. */
  dirty: boolean;
  /** What the receiver was told of it last. */
  told_version: number;
  told_status: 'none' | 'active' | 'resolved';
  told_severity: 'warning' | 'critical';
  /** When it may be removed: set once it is resolved and nothing is left to be told. */
  expire_at?: Date;
}

/** A document of `notification_groups`: alerts that are told together. */
export interface NotificationGroupDocument {
  _id: string;
  route: string;
  receiver: string;
  /** Version of the route by which its alerts were put here. */
  route_version: number;
  /** What its alerts have in common, by the names of `group_by`. */
  labels: Record<string, string>;
  /** When it is to be looked at. */
  next_at: Date;
  /** Number of its last notification; 0: there was none. */
  seq: number;
  /** When that was made. */
  last_at: Date | null;
  /** Id of its last notification while that is not known to be delivered or given up. */
  pending: string | null;
  /** A notification that is decided on, until it is stored and its alerts are marked as told. */
  outbox: OutboxEntry | null;
  version: number;
  expire_at: Date;
}

export interface OutboxEntry {
  notification: NotificationDocument;
  told: { id: string; version: number; status: 'active' | 'resolved'; severity: string }[];
}

export type NotificationStatus = 'pending' | 'delivered' | 'dead';

/** A document of `notifications`: one message to one receiver. */
export interface NotificationDocument {
  _id: string;
  receiver: string;
  kind: ReceiverKind | null;
  route: string | null;
  reason: 'change' | 'repeat' | 'test';
  group: string | null;
  labels: Record<string, string>;
  alerts: { change: 'new' | 'active' | 'resolved'; alert: ToldAlert }[];
  /** How many active alerts of the group are not among them. */
  more: number;
  status: NotificationStatus;
  /** Of this round; sending it again begins at 0. */
  attempts: number;
  /** Times that somebody sent it again. */
  resent: number;
  /** When it is tried, or while it is being tried: when another may take it over. */
  next_attempt_at: Date;
  /** Beginning of this round. */
  round_at: Date;
  last_error: string | null;
  created_at: Date;
  finished_at: Date | null;
  version: number;
  expire_at: Date;
}

/** A document of `receiver_rates`: `_id` is the receiver's name. */
export interface ReceiverRateDocument {
  _id: string;
  /** Theoretical time of arrival of the generic cell rate algorithm, epoch ms. */
  arrival_ms: number;
  version: number;
}
