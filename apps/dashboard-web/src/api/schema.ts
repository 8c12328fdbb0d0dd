/* Written from /openapi.json by ops/openapi/write.mjs. Long as the API is. */

export type Accepted = {
  /** See /notifications/{id} for what becomes of it */
  readonly notification: string;
};
export type ActivateBody = {
  /** true: machines begin with an empty state; otherwise they keep the one they have */
  readonly new_state?: boolean;
  readonly version: number;
};
export type ActiveLogic = {
  readonly pattern: string;
  readonly version: number;
  readonly updated_at: string;
  readonly updated_by: string;
};
export type ActiveLogics = { readonly data: readonly ActiveLogic[] };
export type AggregateRow = {
  readonly device_id: string;
  readonly sensor_type: string;
  readonly window: string;
  /** Start of the window, which ends before the next one starts */
  readonly timestamp: string | null;
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  readonly average: number;
  /** Grows with every change of the row */
  readonly version: number;
  readonly updated_at: string | null;
};
export type AlertAnswer = { readonly alert: AlertRow; readonly notes: readonly AlertNote[] };
export type AlertNote = { readonly by: string; readonly at: string | null; readonly text: string };
export type AlertRow = {
  readonly id: string;
  readonly device_id: string;
  /** Null: it is about the device */
  readonly sensor_type: string | null;
  /** Of thresholds, then of rules: the kind of their condition */
  readonly alert_type: 'above_max' | 'below_min' | 'above' | 'below' | 'rate' | 'window' | 'silent';
  /** Name of the rule */
  readonly rule: string;
  /** Version of the rule when the alert began; 0: of the thresholds in the environment */
  readonly rule_version: number;
  readonly severity: 'warning' | 'critical';
  /** pending: it has not held for as long as the rule wants; lapsed: it was pending, and is over */
  readonly status: 'pending' | 'active' | 'acknowledged' | 'resolved' | 'lapsed';
  readonly message: string;
  /** The first violating value */
  readonly value: number;
  readonly threshold: number;
  /** Time of the first violating value */
  readonly timestamp: string | null;
  /** Violating readings since then */
  readonly occurrences: number;
  readonly last_value: number;
  readonly last_seen: string | null;
  /** Null while the alert is active */
  readonly resolved_at: string | null;
  /** Null: by a reading; otherwise what became of the rule */
  readonly resolved_reason: string | null;
  /** When the alert was raised */
  readonly created_at: string | null;
  /** How often the rule raised one of the device in the hour before, this one included */
  readonly raises_last_hour: number;
  readonly acknowledged_by: string | null;
  readonly acknowledged_at: string | null;
  /** What was said when it was acknowledged */
  readonly acknowledgement_note: string | null;
};
export type AuditRow = {
  readonly id: string;
  readonly at: string | null;
  readonly action: string;
  readonly outcome: 'ok' | 'refused' | 'failed';
  /** user, token, oidc, or command for telemetryctl */
  readonly actor_kind: string;
  /** A user, the id of a token, or who ran the command */
  readonly actor: string;
  /** What it was done to */
  readonly target: string;
  /** Address, or host of the command */
  readonly source: string;
  /** What changed */
  readonly detail: string;
};
export type BlockBody = { readonly reason?: string };
export type ChangeUserBody = {
  readonly role?: 'viewer' | 'operator' | 'admin';
  /** true: may not log in, and is logged out */
  readonly blocked?: boolean;
};
export type ConsumerLag = {
  readonly group: string;
  /** Members of the group that run */
  readonly members: number;
  /** Records that are not handled yet */
  readonly records: number;
  /** The same by partition: the index is the partition */
  readonly by_partition: readonly number[];
};
export type CreateCredentialBody = {
  readonly name: string;
  /** It must be a device id, the beginning of device ids and a *, or * for any device */
  readonly scope: string;
  /** RFC 3339; without it, it is valid until it is revoked */
  readonly expires_at?: string;
};
export type CreateTokenBody = {
  readonly name: string;
  readonly role: 'viewer' | 'operator' | 'admin';
  /** RFC 3339; without it the token is valid until it is revoked */
  readonly expires_at?: string;
};
export type CreateUserBody = {
  /** It must be 1–64 of a-z 0-9 . _ @ + -, and begin with a letter or a digit */
  readonly name: string;
  readonly role: 'viewer' | 'operator' | 'admin';
  /** 12 to 256 characters; without it one is made, and answered this once */
  readonly password?: string;
};
export type CredentialRow = {
  readonly id: string;
  readonly name: string;
  readonly scope: string;
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly state: string;
  /** Blocked devices of a group */
  readonly blocked?: readonly string[];
};
export type CredentialRows = { readonly data: readonly CredentialRow[] };
export type DeadLetterAnswer = {
  /** topic/partition/offset */
  readonly place: string;
  /** Of the record that failed */
  readonly original: string;
  /** The key of the record */
  readonly device_id: string;
  readonly group: string;
  readonly stage: string;
  readonly reason: string;
  readonly message: string;
  readonly deliveries: number;
  /** How often it was sent back */
  readonly redrives: number;
  /** Its first failure */
  readonly failed_at: string;
  /** Why it is none of this platform; else null */
  readonly foreign: string | null;
  /** What it lacks of the record; null: nothing */
  readonly cut: string | null;
  /** When the record arrived */
  readonly arrived_at: string;
  readonly key: ShownBytes | null;
  readonly value: ShownBytes | null;
  readonly headers: readonly ShownHeader[];
};
export type DeadLetterCount = {
  readonly group: string;
  readonly stage: string;
  readonly reason: string;
  readonly count: number;
  /** When the last of them first failed */
  readonly last: string;
};
export type DeadLetterRow = {
  /** topic/partition/offset */
  readonly place: string;
  /** Of the record that failed */
  readonly original: string;
  /** The key of the record */
  readonly device_id: string;
  readonly group: string;
  readonly stage: string;
  readonly reason: string;
  readonly message: string;
  readonly deliveries: number;
  /** How often it was sent back */
  readonly redrives: number;
  /** Its first failure */
  readonly failed_at: string;
  /** Why it is none of this platform; else null */
  readonly foreign: string | null;
  /** What it lacks of the record; null: nothing */
  readonly cut: string | null;
};
export type DeadLetterRows = {
  readonly data: readonly DeadLetterRow[];
  /** Of all that match */
  readonly groups: readonly DeadLetterCount[];
  /** How many match, of those that were looked at */
  readonly total: number;
  /** The newest so many were looked at */
  readonly looked_at: number;
  /** How many the topic has */
  readonly retained: number;
};
export type DeviceRow = {
  readonly device_id: string;
  readonly first_seen: string | null;
  readonly last_seen: string | null;
  /** Latest value of each sensor, and its time */
  readonly latest: Readonly<
    Record<string, { readonly value?: number; readonly ts?: string | null }>
  >;
};
export type DevicesBody = { readonly device_ids: readonly string[] };
export type FoundDevices = {
  readonly data: readonly DeviceRow[];
  /** Whether there are more than these */
  readonly more: boolean;
};
export type GroupKeys = {
  readonly keys: readonly { readonly device_id?: string; readonly key?: string }[];
};
export type IssuedCredential = {
  readonly id: string;
  /** Shown this once */
  readonly secret: string;
};
export type IssuedTokenAnswer = {
  readonly id: string;
  /** Shown this once */
  readonly token: string;
};
export type KeySet = { readonly keys: readonly Readonly<Record<string, unknown>>[] };
export type LiveAlerts = { readonly changed: readonly AlertRow[] };
export type LiveBeat = {
  /** The time of the server */
  readonly at: string;
  /** Why nothing new is known; null: it is */
  readonly trouble: string | null;
};
export type LiveCounts = { readonly warning: number; readonly critical: number };
export type LiveLag = {
  readonly group: string;
  /** Members of the group that run */
  readonly members: number;
  /** Records that are not handled yet */
  readonly records: number;
  /** How long ago the oldest of them was written */
  readonly seconds: number;
  /** It may be longer: nobody looked before */
  readonly at_least: boolean;
};
export type LiveOverview = {
  /** When the database was asked */
  readonly at: string;
  /** Readings that came in each second; null: not known */
  readonly readings_per_second: number | null;
  /** Readings that the database holds */
  readonly readings_stored: number;
  /** Devices that ever sent a reading */
  readonly devices_known: number;
  /** Devices whose newest reading is of the last 15 minutes */
  readonly devices_reporting: number;
  /** Active alerts */
  readonly alerts: LiveCounts;
  /** When the newest reading arrived; null: there is none */
  readonly last_received: string | null;
  readonly lag: readonly LiveLag[];
  /** Records that the dead-letter topic keeps; null: not known */
  readonly dead_letters: number | null;
  /** Why Kafka does not answer; null: it does */
  readonly kafka_reason: string | null;
  readonly services: readonly LiveService[];
};
export type LiveService = {
  readonly name: string;
  readonly state: 'up' | 'degraded' | 'down' | 'unknown';
  readonly detail: string;
};
export type LiveSnapshot = {
  /** The time of the server */
  readonly at: string;
  readonly overview: LiveOverview;
  /** The newest active alerts, 200 at most */
  readonly alerts: readonly AlertRow[];
  /** Readings a second of the last minutes: epoch milliseconds and value */
  readonly rates: readonly (readonly number[])[];
};
export type LogInBody = {
  readonly name: string;
  readonly password: string;
  /** true: a browser keeps the tokens in cookies, and the answer has none */
  readonly cookies?: boolean;
};
export type LogRow = {
  readonly id: string;
  readonly timestamp: string | null;
  readonly service: string;
  /** Its process */
  readonly instance: string | null;
  readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';
  /** Of OpenTelemetry: 1 to 24 */
  readonly severity_number: number;
  readonly body: string;
  readonly trace_id: string | null;
  readonly span_id: string | null;
  /** The device that it is about */
  readonly device_id: string | null;
  /** The event that it is about */
  readonly event_id: string | null;
  /** What else it says; in CSV as JSON */
  readonly attributes: Readonly<Record<string, unknown>>;
};
export type LoggedIn = {
  readonly user: string;
  readonly role: 'viewer' | 'operator' | 'admin';
  readonly token_type: string;
  /** Seconds that the access token is valid */
  readonly expires_in: number;
  /** When one has to log in again */
  readonly session_ends_at: string;
  /** JWT; not where cookies were asked for */
  readonly access_token?: string;
  /** For POST /auth/refresh, once; not with cookies */
  readonly refresh_token?: string;
  /** With cookies: to send as X-CSRF-Token with each change */
  readonly csrf_token?: string;
};
export type Logic = {
  readonly pattern: string;
  readonly version: number;
  readonly created_at: string;
  readonly created_by: string;
  readonly note: string | null;
  /** SHA-256 of the text */
  readonly sha256: string;
  /** Whether it is the one that runs */
  readonly active: boolean;
  readonly logic: string;
};
export type LogicBody = {
  /** true: machines begin with an empty state; otherwise they keep the one they have */
  readonly new_state?: boolean;
  /** JavaScript with a function process(data, state, context), at most 65536 bytes */
  readonly logic: string;
  /** What changed, for people */
  readonly note?: string;
};
export type LogicVersion = {
  readonly pattern: string;
  readonly version: number;
  readonly created_at: string;
  readonly created_by: string;
  readonly note: string | null;
  /** SHA-256 of the text */
  readonly sha256: string;
  /** Whether it is the one that runs */
  readonly active: boolean;
};
export type LogicVersions = {
  readonly data: readonly LogicVersion[];
  readonly next_cursor: string | null;
};
export type MachineAnswer = {
  readonly id: string;
  /** Of the program that ran last */
  readonly pattern: string;
  readonly version: number;
  readonly runs: number;
  readonly errors: number;
  readonly results: number;
  /** Time of a run, µs, in powers of two */
  readonly p50_us: number | null;
  readonly p99_us: number | null;
  /** Its readings go to the dead letters, as its program failed */
  readonly held: boolean;
  readonly held_until: string | null;
  readonly updated_at: string;
  /** Any JSON value */
  readonly state: Readonly<Record<string, unknown>> | null;
  readonly last_error: MachineError | null;
  /** Ranges of readings that the state lacks: they failed, or were held */
  readonly skipped: number;
};
export type MachineError = {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  readonly event_id: string;
  readonly source: string;
  readonly at: string;
  readonly pattern: string;
  readonly version: number;
};
export type MachineSummaries = {
  readonly data: readonly MachineSummary[];
  readonly next_cursor: string | null;
};
export type MachineSummary = {
  readonly id: string;
  /** Of the program that ran last */
  readonly pattern: string;
  readonly version: number;
  readonly runs: number;
  readonly errors: number;
  readonly results: number;
  /** Time of a run, µs, in powers of two */
  readonly p50_us: number | null;
  readonly p99_us: number | null;
  /** Its readings go to the dead letters, as its program failed */
  readonly held: boolean;
  readonly held_until: string | null;
  readonly updated_at: string;
};
export type MadeUserAnswer = {
  readonly name: string;
  readonly role: 'viewer' | 'operator' | 'admin';
  /** Where none was given: shown this once */
  readonly password?: string;
};
export type Me = {
  readonly kind: 'user' | 'token' | 'oidc' | 'anonymous';
  readonly id: string;
  readonly name: string;
  readonly role: 'viewer' | 'operator' | 'admin';
};
export type NotificationRow = {
  readonly id: string;
  readonly receiver: string;
  readonly kind: 'webhook' | 'email' | null;
  /** Null: a test */
  readonly route: string | null;
  readonly reason: 'change' | 'repeat' | 'test';
  /** How many alerts it tells of */
  readonly alerts: number;
  /** dead: given up; it can be sent again */
  readonly status: 'pending' | 'delivered' | 'dead';
  readonly attempts: number;
  /** Times that somebody sent it again */
  readonly resent: number;
  /** Why the last attempt failed, or what it left over */
  readonly last_error: string | null;
  /** When it is tried; of the past once it is delivered or dead */
  readonly next_attempt_at: string | null;
  readonly created_at: string | null;
  readonly finished_at: string | null;
};
export type Object = Readonly<Record<string, unknown>>;
export type OidcWay = {
  /** What the provider is called */
  readonly name: string;
  /** Where the browser goes; `to` is the view of the page that it wants afterwards */
  readonly url: string;
};
export type Overview = {
  readonly name: string;
  readonly version: string;
  readonly about: string;
  readonly endpoints: Readonly<Record<string, string>>;
};
export type PasswordAnswer = {
  /** Where none was given: shown this once */
  readonly password?: string;
};
export type PasswordBody = {
  readonly password: string;
  /** 12 to 256 characters */
  readonly new_password: string;
};
export type Platform = {
  readonly process: PlatformProcess;
  readonly kafka?: {
    readonly telemetry_topic: string;
    readonly dlq_topic: string;
    /** Of the telemetry topic; null: not known */
    readonly partitions: number | null;
    /** Null: not known */
    readonly groups: readonly ConsumerLag[] | null;
    /** Records that were ever written, by partition; null: not known */
    readonly ends: readonly number[] | null;
    /** Records that the dead-letter topic keeps; null: not known */
    readonly dead_letters: number | null;
    /** When Kafka was asked; null: it did not answer */
    readonly measured_at: string | null;
    /** Why the lag is not known; null: it is */
    readonly reason: string | null;
  };
  /** The release in its Kubernetes namespace; null: `reason` says why it is not known */
  readonly cluster?: {
    readonly namespace: string;
    /** Labels of the objects */
    readonly selector: string;
    readonly components: readonly PlatformComponent[];
    /** Permissions that the service account lacks, or what else went wrong */
    readonly missing: {
      /** Why Deployments are not known; null: they are */
      readonly deployments: string | null;
      /** Why pods are not known; null: they are */
      readonly pods: string | null;
      /** Why autoscalers are not known; null: they are */
      readonly autoscalers: string | null;
    };
  } | null;
  /** Why `cluster` is null, such as not being in one; null: it is not */
  readonly reason: string | null;
};
export type PlatformAutoscaler = {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Replicas now */
  readonly current: number;
  /** Replicas that it wants */
  readonly desired: number;
  /** What it goes by. `utilization` is percent of what the pods request; the others are quantities such as 500m or 64Mi. */
  readonly metrics: readonly {
    readonly name: string;
    readonly kind: 'utilization' | 'average_value' | 'value';
    readonly target: number | string;
    /** Null while the cluster has no value */
    readonly current: number | string | null;
  }[];
};
export type PlatformComponent = {
  readonly component: string;
  /** Null: not deployed, or `missing.deployments` says why it is not known */
  readonly deployment: PlatformDeployment | null;
  /** Null: `missing.pods` says why they are not known */
  readonly pods: PlatformPods | null;
  /** Null: it has none, or `missing.autoscalers` says why it is not known */
  readonly autoscaler: PlatformAutoscaler | null;
  /** Null: it consumes nothing, or `kafka.reason` says why it is not known */
  readonly lag: ConsumerLag | null;
};
export type PlatformDeployment = {
  readonly name: string;
  readonly desired: number;
  readonly ready: number;
  readonly available: number;
  /** Pods of the newest revision */
  readonly updated: number;
  readonly images: readonly string[];
  /** The last rollout */
  readonly rollout?: {
    /** Grows with every change of the pods */
    readonly revision: number | null;
    readonly state: 'complete' | 'progressing' | 'failed';
    /** When it was completed, or made its last progress */
    readonly at: string | null;
  };
};
export type PlatformPods = {
  readonly count: number;
  readonly ready: number;
  /** Of all containers */
  readonly restarts: number;
  /** Why containers do not run */
  readonly waiting: readonly string[];
};
export type PlatformProcess = {
  readonly service: string;
  readonly version: string;
  readonly node: string;
  readonly uptime_s: number;
  /** Bytes */
  readonly memory?: { readonly rss: number; readonly heap_used: number };
};
export type Problem = {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly errors?: readonly { readonly field?: string; readonly message?: string }[];
};
export type ReceiverRow = {
  readonly name: string;
  readonly kind: 'webhook' | 'email';
  readonly enabled: boolean;
  /** Of a webhook: the form of its body */
  readonly format: 'standard' | 'alertmanager' | null;
  /** Of a webhook: where it is, without what may be secret */
  readonly url: string | null;
  /** Of a webhook: the variable of the notifier that holds its address */
  readonly url_env: string | null;
  readonly secret_env: string | null;
  readonly authorization_env: string | null;
  /** Of e-mail: addresses */
  readonly to: readonly string[];
  readonly rate_limit_count: number;
  /** At most rate_limit_count deliveries in so many seconds */
  readonly rate_limit_per_s: number;
  readonly source: 'api' | 'file';
  readonly created_at: string | null;
  readonly updated_at: string | null;
};
export type RedriveAnswer = {
  readonly dry_run: boolean;
  readonly sent: readonly SentTo[];
  /** Sent from this place before: `again` sends them */
  readonly already_redriven: number;
  /** Failed again each time: `force` sends them */
  readonly redriven_too_often: number;
  readonly refused_count: number;
  /** The first of them */
  readonly refused: readonly RefusedLetter[];
  /** Theirs wait in the retry topic */
  readonly groups_not_running: readonly string[];
};
export type RedriveBody = {
  /** Earliest time, included. RFC 3339 or epoch milliseconds. */
  readonly from?: string;
  /** End of the time range, not included. RFC 3339 or epoch milliseconds. */
  readonly to?: string;
  /** Of this consumer group */
  readonly group?: string;
  /** Failed at this stage */
  readonly stage?: string;
  /** Failed for this reason */
  readonly reason?: string;
  /** With this key */
  readonly device_id?: string;
  /** The one at this place */
  readonly place?: string;
  /** true: say what would be sent, and send nothing */
  readonly dry_run: boolean;
  /** Send so many at most */
  readonly limit?: number;
  /** Send also what was sent from its place before */
  readonly again?: boolean;
  /** Send also what failed again after three redrives */
  readonly force?: boolean;
};
export type RefreshBody = {
  /** Without it, the cookie of a browser counts */
  readonly refresh_token?: string;
};
export type RefusedLetter = { readonly place: string; readonly reason: string };
export type RotateBody = {
  /** Seconds that the present secret is valid beside the new one */
  readonly overlap_s?: number;
};
export type RouteRow = {
  readonly name: string;
  readonly enabled: boolean;
  readonly receiver: string;
  /** What an alert must be; a part that is absent takes all */
  readonly match: Readonly<Record<string, unknown>>;
  readonly group_by: readonly string[];
  readonly group_wait_s: number;
  readonly group_interval_s: number;
  /** 0: never */
  readonly repeat_interval_s: number;
  readonly send_resolved: boolean;
  readonly source: 'api' | 'file';
  readonly version: number;
  readonly created_at: string | null;
  readonly updated_at: string | null;
};
export type RuleVersion = {
  readonly version: number;
  /** Null: the rule was deleted */
  readonly rule: Readonly<Record<string, unknown>> | null;
  /** Who made it */
  readonly by: string;
  readonly at: string;
};
export type RuleWithVersions = {
  readonly name: string;
  readonly version: number;
  /** docs/alerting.md has each field, and an example of each kind of condition */
  readonly rule: Readonly<Record<string, unknown>>;
  /** `api`, or the file or ConfigMap that keeps it: it is changed there alone */
  readonly origin: string;
  readonly updated_by: string;
  readonly updated_at: string;
  readonly versions: readonly RuleVersion[];
};
export type SavedReceiver = {
  readonly name: string;
  readonly kind: 'webhook' | 'email';
  readonly enabled: boolean;
  /** Of a webhook: the form of its body */
  readonly format: 'standard' | 'alertmanager' | null;
  /** Of a webhook: where it is, without what may be secret */
  readonly url: string | null;
  /** Of a webhook: the variable of the notifier that holds its address */
  readonly url_env: string | null;
  readonly secret_env: string | null;
  readonly authorization_env: string | null;
  /** Of e-mail: addresses */
  readonly to: readonly string[];
  readonly rate_limit_count: number;
  /** At most rate_limit_count deliveries in so many seconds */
  readonly rate_limit_per_s: number;
  readonly source: 'api' | 'file';
  readonly created_at: string | null;
  readonly updated_at: string | null;
  /** The secret that was made for signatures. It is told this once. */
  readonly secret?: string;
};
export type Sensor = { readonly name: string; readonly unit: string };
export type SensorRow = {
  readonly device_id: string;
  readonly sensor_type: string;
  readonly value: number;
  readonly ts: string | null;
};
export type Sensors = { readonly data: readonly Sensor[] };
export type SentTo = { readonly topic: string; readonly count: number };
export type ServedMute = {
  readonly id: string;
  readonly selector: ServedSelector;
  /** Null: alerts of any rule */
  readonly rule: string | null;
  readonly from: string;
  /** Null: until it is deleted */
  readonly to: string | null;
  readonly reason: string;
  readonly created_by: string;
  readonly created_at: string;
};
export type ServedMutes = { readonly data: readonly ServedMute[] };
export type ServedRule = {
  readonly name: string;
  readonly version: number;
  /** docs/alerting.md has each field, and an example of each kind of condition */
  readonly rule: Readonly<Record<string, unknown>>;
  /** `api`, or the file or ConfigMap that keeps it: it is changed there alone */
  readonly origin: string;
  readonly updated_by: string;
  readonly updated_at: string;
};
export type ServedRules = { readonly data: readonly ServedRule[] };
export type ServedSelector = { readonly device: string; readonly sensor?: string };
export type SetPasswordBody = {
  /** 12 to 256 characters; without it one is made, and answered this once */
  readonly password?: string;
};
export type ShownBytes = {
  readonly text: string;
  readonly encoding: 'utf8' | 'base64';
  /** How many there are, shown or not */
  readonly bytes: number;
  /** Whether all of them are shown */
  readonly complete: boolean;
};
export type ShownHeader = { readonly name: string; readonly value: ShownBytes | null };
export type Statistics = {
  readonly telemetry: { readonly count?: number };
  readonly aggregated: { readonly count?: number };
  readonly devices: { readonly count?: number };
  readonly alerts: Readonly<Record<string, unknown>>;
  /** The newest reading by its own time; null while there is none */
  readonly last_reading: {
    readonly device_id?: string;
    readonly ts?: string | null;
    readonly received_at?: string | null;
  } | null;
};
export type TailBeat = {
  readonly at: string;
  /** Why no line comes; null: none did */
  readonly trouble: string | null;
  /** More came than can be shown: some were passed by */
  readonly passed: boolean;
};
export type TelemetryRow = {
  readonly event_id: string;
  readonly device_id: string;
  /** When it was measured */
  readonly ts: string | null;
  /** When it arrived */
  readonly received_at: string | null;
  readonly temperature_c?: number;
  readonly humidity?: number;
  readonly voltage?: number;
  readonly current?: number;
  readonly pressure?: number;
  readonly lat?: number;
  readonly lon?: number;
  /** What the device sent beside its values. In CSV as JSON text */
  readonly attributes?: Readonly<Record<string, unknown>> | null;
};
export type TokenRow = {
  readonly id: string;
  readonly name: string;
  readonly role: 'viewer' | 'operator' | 'admin';
  readonly created_at: string | null;
  /** Null: until it is revoked */
  readonly expires_at: string | null;
  /** End of the secret before the last rotation; null: there is none */
  readonly old_secret_ends_at: string | null;
};
export type Trial = {
  readonly readings: readonly TrialOutcome[];
  /** The state at the end, any JSON value */
  readonly state: Readonly<Record<string, unknown>> | null;
  /** false: it took too long, failed too often or said too much */
  readonly complete: boolean;
  /** Time of all, ms */
  readonly took_ms: number;
};
export type TrialError = {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
};
export type TrialOutcome = {
  readonly event_id: string;
  readonly ts: string;
  /** The state after it, any JSON value */
  readonly state: Readonly<Record<string, unknown>> | null;
  readonly results: readonly unknown[];
  /** What it wrote to the console */
  readonly logs: readonly string[];
  readonly error: TrialError | null;
  /** How long it took, µs */
  readonly took_us: number | null;
};
export type TryBody = {
  /** The draft; absent: the active version */
  readonly logic?: string;
  /** Readings to run it on; absent: those that are stored from `from` to `to` */
  readonly readings?: readonly Readonly<Record<string, unknown>>[];
  /** Earliest time; absent: an hour before `to` */
  readonly from?: string;
  /** End of the range, excluded; absent: now */
  readonly to?: string;
  /** Most stored readings */
  readonly limit?: number;
  /** The state to begin with, as any JSON value; absent: a copy of the machine’s */
  readonly state?: Readonly<Record<string, unknown>>;
};
export type UserRow = {
  readonly name: string;
  readonly role: 'viewer' | 'operator' | 'admin';
  readonly created_at: string | null;
  /** Last change of role, password or block */
  readonly updated_at: string | null;
  /** Since when the user may not log in; null: may */
  readonly blocked_at: string | null;
};
export type Ways = {
  /** false: nobody needs to, and anyone may do everything */
  readonly auth: boolean;
  /** By name and password: POST /auth/login */
  readonly password: boolean;
  /** By the identity provider; null: there is none for browsers */
  readonly oidc: OidcWay | null;
};
export type WholeNotification = {
  readonly id: string;
  readonly receiver: string;
  readonly kind: 'webhook' | 'email' | null;
  /** Null: a test */
  readonly route: string | null;
  readonly reason: 'change' | 'repeat' | 'test';
  /** How many alerts it tells of */
  readonly alerts: number;
  /** dead: given up; it can be sent again */
  readonly status: 'pending' | 'delivered' | 'dead';
  readonly attempts: number;
  /** Times that somebody sent it again */
  readonly resent: number;
  /** Why the last attempt failed, or what it left over */
  readonly last_error: string | null;
  /** When it is tried; of the past once it is delivered or dead */
  readonly next_attempt_at: string | null;
  readonly created_at: string | null;
  readonly finished_at: string | null;
  /** What it tells: each alert, and whether it is new, still active or resolved */
  readonly told: readonly Readonly<Record<string, unknown>>[];
  /** Active alerts of its group that it leaves out */
  readonly more: number;
};
export interface Api {
  readonly '/': {
    readonly get: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: undefined;
      readonly answer: Overview;
    };
  };
  readonly '/telemetry': {
    readonly get: {
      readonly query: {
        readonly limit?: number | undefined;
        readonly cursor?: string | undefined;
        readonly from?: string | undefined;
        readonly to?: string | undefined;
        readonly device_id?: string | undefined;
        readonly sensor_type?: string | undefined;
      };
      readonly body: undefined;
      readonly answer: {
        readonly data: readonly TelemetryRow[];
        /** Null at the end */
        readonly next_cursor: string | null;
      };
    };
  };
  readonly '/aggregated': {
    readonly get: {
      readonly query: {
        readonly limit?: number | undefined;
        readonly cursor?: string | undefined;
        readonly from?: string | undefined;
        readonly to?: string | undefined;
        readonly device_id?: string | undefined;
        readonly sensor_type?: string | undefined;
        readonly window?: string | undefined;
      };
      readonly body: undefined;
      readonly answer: {
        readonly data: readonly AggregateRow[];
        /** Null at the end */
        readonly next_cursor: string | null;
      };
    };
  };
  readonly '/alerts': {
    readonly get: {
      readonly query: {
        readonly limit?: number | undefined;
        readonly cursor?: string | undefined;
        readonly from?: string | undefined;
        readonly to?: string | undefined;
        readonly device_id?: string | undefined;
        readonly sensor_type?: string | undefined;
        readonly status?: 'pending' | 'active' | 'acknowledged' | 'resolved' | 'lapsed' | undefined;
        readonly rule?: Object | undefined;
        readonly min_raises?: number | undefined;
        readonly muted?: 'true' | 'false' | undefined;
        readonly severity?: 'warning' | 'critical' | undefined;
      };
      readonly body: undefined;
      readonly answer: {
        readonly data: readonly AlertRow[];
        /** Null at the end */
        readonly next_cursor: string | null;
      };
    };
  };
  readonly '/alerts/recent': {
    readonly get: {
      readonly query: {
        readonly limit?: number | undefined;
        readonly cursor?: string | undefined;
        readonly from?: string | undefined;
        readonly to?: string | undefined;
        readonly device_id?: string | undefined;
        readonly sensor_type?: string | undefined;
        readonly status?: 'pending' | 'active' | 'acknowledged' | 'resolved' | 'lapsed' | undefined;
        readonly rule?: Object | undefined;
        readonly min_raises?: number | undefined;
        readonly muted?: 'true' | 'false' | undefined;
        readonly severity?: 'warning' | 'critical' | undefined;
      };
      readonly body: undefined;
      readonly answer: {
        readonly data: readonly AlertRow[];
        /** Null at the end */
        readonly next_cursor: string | null;
      };
    };
  };
  readonly '/alerts/{id}': {
    readonly get: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: undefined;
      readonly answer: AlertAnswer;
    };
  };
  readonly '/alerts/{id}/acknowledge': {
    readonly post: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: { readonly note?: string };
      readonly answer: AlertRow;
    };
  };
  readonly '/alerts/{id}/notes': {
    readonly post: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: { readonly text: string };
      readonly answer: undefined;
    };
  };
  readonly '/alert-rules': {
    readonly get: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: undefined;
      readonly answer: ServedRules;
    };
    readonly post: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: Readonly<Record<string, unknown>>;
      readonly answer: ServedRule;
    };
  };
  readonly '/alert-rules/{name}': {
    readonly get: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: undefined;
      readonly answer: RuleWithVersions;
    };
    readonly put: {
      readonly query: { readonly version?: number | undefined };
      readonly body: Readonly<Record<string, unknown>>;
      readonly answer: ServedRule;
    };
    readonly delete: {
      readonly query: { readonly version?: number | undefined };
      readonly body: undefined;
      readonly answer: undefined;
    };
  };
  readonly '/alert-rules/back-test': {
    readonly post: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: {
        /** docs/alerting.md has each field, and an example of each kind of condition */
        readonly rule: Readonly<Record<string, unknown>>;
        /** In place of that of the rule */
        readonly selector?: Readonly<Record<string, unknown>>;
        /** RFC 3339 or epoch milliseconds, of readings */
        readonly from: string;
        /** Not included; absent: now */
        readonly to?: string;
      };
      readonly answer: unknown;
    };
  };
  readonly '/mutes': {
    readonly get: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: undefined;
      readonly answer: ServedMutes;
    };
    readonly post: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: {
        readonly selector: ServedSelector;
        readonly rule?: string;
        /** Absent: now */
        readonly from?: string;
        /** Absent: until it is deleted */
        readonly to?: string;
        readonly reason: string;
      };
      readonly answer: ServedMute;
    };
  };
  readonly '/mutes/{id}': {
    readonly delete: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: undefined;
      readonly answer: undefined;
    };
  };
  readonly '/devices': {
    readonly get: {
      readonly query: {
        readonly limit?: number | undefined;
        readonly cursor?: string | undefined;
        readonly from?: string | undefined;
        readonly to?: string | undefined;
        readonly device_id?: string | undefined;
      };
      readonly body: undefined;
      readonly answer: {
        readonly data: readonly DeviceRow[];
        /** Null at the end */
        readonly next_cursor: string | null;
      };
    };
  };
  readonly '/devices/recent': {
    readonly get: {
      readonly query: {
        readonly limit?: number | undefined;
        readonly cursor?: string | undefined;
        readonly from?: string | undefined;
        readonly to?: string | undefined;
        readonly device_id?: string | undefined;
      };
      readonly body: undefined;
      readonly answer: {
        readonly data: readonly DeviceRow[];
        /** Null at the end */
        readonly next_cursor: string | null;
      };
    };
  };
  readonly '/devices/search': {
    readonly get: {
      readonly query: { readonly limit?: number | undefined; readonly prefix?: string | undefined };
      readonly body: undefined;
      readonly answer: FoundDevices;
    };
  };
  readonly '/devices/{id}/telemetry': {
    readonly get: {
      readonly query: {
        readonly limit?: number | undefined;
        readonly cursor?: string | undefined;
        readonly from?: string | undefined;
        readonly to?: string | undefined;
        readonly sensor_type?: string | undefined;
      };
      readonly body: undefined;
      readonly answer: {
        readonly data: readonly TelemetryRow[];
        /** Null at the end */
        readonly next_cursor: string | null;
      };
    };
  };
  readonly '/devices/{id}/aggregates': {
    readonly get: {
      readonly query: {
        readonly limit?: number | undefined;
        readonly cursor?: string | undefined;
        readonly from?: string | undefined;
        readonly to?: string | undefined;
        readonly sensor_type?: string | undefined;
        readonly window?: string | undefined;
      };
      readonly body: undefined;
      readonly answer: {
        readonly data: readonly AggregateRow[];
        /** Null at the end */
        readonly next_cursor: string | null;
      };
    };
  };
  readonly '/sensors': {
    readonly get: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: undefined;
      readonly answer: Sensors;
    };
  };
  readonly '/sensors/latest': {
    readonly get: {
      readonly query: {
        readonly limit?: number | undefined;
        readonly cursor?: string | undefined;
        readonly device_id?: string | undefined;
        readonly sensor_type?: string | undefined;
      };
      readonly body: undefined;
      readonly answer: {
        readonly data: readonly SensorRow[];
        /** Null at the end */
        readonly next_cursor: string | null;
      };
    };
  };
  readonly '/sensors/history': {
    readonly get: {
      readonly query: {
        readonly limit?: number | undefined;
        readonly cursor?: string | undefined;
        readonly from?: string | undefined;
        readonly to?: string | undefined;
        readonly device_id?: string | undefined;
        readonly sensor_type?: string | undefined;
      };
      readonly body: undefined;
      readonly answer: {
        readonly data: readonly SensorRow[];
        /** Null at the end */
        readonly next_cursor: string | null;
      };
    };
  };
  readonly '/machines': {
    readonly get: {
      readonly query: {
        readonly limit?: number | undefined;
        readonly cursor?: string | undefined;
        readonly held?: 'true' | 'false' | undefined;
      };
      readonly body: undefined;
      readonly answer: MachineSummaries;
    };
  };
  readonly '/machines/{id}': {
    readonly get: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: undefined;
      readonly answer: MachineAnswer;
    };
  };
  readonly '/logic': {
    readonly get: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: undefined;
      readonly answer: ActiveLogics;
    };
  };
  readonly '/machines/{id}/logic': {
    readonly get: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: undefined;
      readonly answer: Logic;
    };
    readonly post: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: LogicBody;
      readonly answer: LogicVersion;
    };
    readonly delete: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: undefined;
      readonly answer: undefined;
    };
  };
  readonly '/machines/{id}/logic/history': {
    readonly get: {
      readonly query: { readonly limit?: number | undefined; readonly cursor?: string | undefined };
      readonly body: undefined;
      readonly answer: LogicVersions;
    };
  };
  readonly '/machines/{id}/logic/versions/{version}': {
    readonly get: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: undefined;
      readonly answer: Logic;
    };
  };
  readonly '/machines/{id}/logic/activate': {
    readonly post: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: ActivateBody;
      readonly answer: LogicVersion;
    };
  };
  readonly '/machines/{id}/logic/try': {
    readonly post: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: TryBody;
      readonly answer: Trial;
    };
  };
  readonly '/stats': {
    readonly get: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: undefined;
      readonly answer: Statistics;
    };
  };
  readonly '/platform': {
    readonly get: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: undefined;
      readonly answer: Platform;
    };
  };
  readonly '/logs': {
    readonly get: {
      readonly query: {
        readonly from: string | undefined;
        readonly limit?: number | undefined;
        readonly cursor?: string | undefined;
        readonly to?: string | undefined;
        readonly device_id?: string | undefined;
        readonly service?: string | undefined;
        readonly level?: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | undefined;
        readonly trace_id?: string | undefined;
        readonly event_id?: string | undefined;
        readonly text?: string | undefined;
      };
      readonly body: undefined;
      readonly answer: {
        readonly data: readonly LogRow[];
        /** Null at the end */
        readonly next_cursor: string | null;
        /** Why there may be more behind the page; null: there is no more in the range */
        readonly cut: {
          /** limit: the page is full; search: as much was looked through as a request may */
          readonly why: 'limit' | 'search';
          /** How far back it looked */
          readonly at: string;
        } | null;
      };
    };
  };
  readonly '/logs/tail': {
    readonly get: {
      readonly query: {
        readonly device_id?: string | undefined;
        readonly service?: string | undefined;
        readonly level?: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | undefined;
        readonly trace_id?: string | undefined;
        readonly event_id?: string | undefined;
        readonly text?: string | undefined;
      };
      readonly body: undefined;
      readonly answer: unknown;
    };
  };
  readonly '/dead-letters': {
    readonly get: {
      readonly query: {
        readonly from?: string | undefined;
        readonly to?: string | undefined;
        readonly group?: string | undefined;
        readonly stage?: string | undefined;
        readonly reason?: string | undefined;
        readonly device_id?: string | undefined;
        readonly limit?: number | undefined;
      };
      readonly body: undefined;
      readonly answer: DeadLetterRows;
    };
  };
  readonly '/dead-letters/{partition}/{offset}': {
    readonly get: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: undefined;
      readonly answer: DeadLetterAnswer;
    };
  };
  readonly '/dead-letters/redrive': {
    readonly post: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: RedriveBody;
      readonly answer: RedriveAnswer;
    };
  };
  readonly '/notifications': {
    readonly get: {
      readonly query: {
        readonly limit?: number | undefined;
        readonly cursor?: string | undefined;
        readonly from?: string | undefined;
        readonly to?: string | undefined;
        readonly receiver?: Object | undefined;
        readonly route?: Object | undefined;
        readonly status?: 'pending' | 'delivered' | 'dead' | undefined;
        readonly reason?: 'change' | 'repeat' | 'test' | undefined;
      };
      readonly body: undefined;
      readonly answer: {
        readonly data: readonly NotificationRow[];
        /** Null at the end */
        readonly next_cursor: string | null;
      };
    };
  };
  readonly '/notifications/{id}': {
    readonly get: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: undefined;
      readonly answer: WholeNotification;
    };
  };
  readonly '/notifications/{id}/resend': {
    readonly post: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: undefined;
      readonly answer: NotificationRow;
    };
  };
  readonly '/receivers': {
    readonly get: {
      readonly query: {
        readonly limit?: number | undefined;
        readonly cursor?: string | undefined;
        readonly from?: string | undefined;
        readonly to?: string | undefined;
      };
      readonly body: undefined;
      readonly answer: {
        readonly data: readonly ReceiverRow[];
        /** Null at the end */
        readonly next_cursor: string | null;
      };
    };
    readonly post: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: {
        readonly name: string;
        readonly kind: 'webhook' | 'email';
        readonly enabled?: boolean;
        /** Of a webhook: its body, by Standard Webhooks or as Alertmanager writes it (v4) */
        readonly format?: 'standard' | 'alertmanager';
        readonly url?: string;
        /** whsec_ and base64 of 24 to 64 bytes; absent: one is made, and told once */
        readonly secret?: string;
        /** Value of the header Authorization */
        readonly authorization?: string;
        /** In place of url: a variable of the notifier, NOTIFY_RECEIVER_… */
        readonly url_env?: string;
        readonly secret_env?: string;
        readonly authorization_env?: string;
        /** Of e-mail */
        readonly to?: readonly string[];
        readonly rate_limit?: { readonly count?: number; readonly per_s?: number };
      };
      readonly answer: SavedReceiver;
    };
  };
  readonly '/receivers/{name}': {
    readonly get: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: undefined;
      readonly answer: ReceiverRow;
    };
    readonly put: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: {
        readonly name: string;
        readonly kind: 'webhook' | 'email';
        readonly enabled?: boolean;
        /** Of a webhook: its body, by Standard Webhooks or as Alertmanager writes it (v4) */
        readonly format?: 'standard' | 'alertmanager';
        readonly url?: string;
        /** whsec_ and base64 of 24 to 64 bytes; absent: one is made, and told once */
        readonly secret?: string;
        /** Value of the header Authorization */
        readonly authorization?: string;
        /** In place of url: a variable of the notifier, NOTIFY_RECEIVER_… */
        readonly url_env?: string;
        readonly secret_env?: string;
        readonly authorization_env?: string;
        /** Of e-mail */
        readonly to?: readonly string[];
        readonly rate_limit?: { readonly count?: number; readonly per_s?: number };
      };
      readonly answer: SavedReceiver;
    };
    readonly delete: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: undefined;
      readonly answer: undefined;
    };
  };
  readonly '/receivers/{name}/rotate-secret': {
    readonly post: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: undefined;
      readonly answer: SavedReceiver;
    };
  };
  readonly '/receivers/{name}/test': {
    readonly post: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: undefined;
      readonly answer: Accepted;
    };
  };
  readonly '/routes': {
    readonly get: {
      readonly query: {
        readonly limit?: number | undefined;
        readonly cursor?: string | undefined;
        readonly from?: string | undefined;
        readonly to?: string | undefined;
      };
      readonly body: undefined;
      readonly answer: {
        readonly data: readonly RouteRow[];
        /** Null at the end */
        readonly next_cursor: string | null;
      };
    };
    readonly post: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: {
        readonly name: string;
        readonly enabled?: boolean;
        readonly receiver: string;
        readonly match?: {
          readonly selector?: { readonly device: string; readonly sensor?: string };
          readonly rule?: string;
          readonly severity?: readonly ('warning' | 'critical')[];
          readonly labels?: Readonly<Record<string, string>>;
        };
        /** device_id, sensor_type, rule, severity or label:NAME; empty: all together */
        readonly group_by?: readonly string[];
        readonly group_wait_s?: number;
        readonly group_interval_s?: number;
        readonly repeat_interval_s?: number;
        readonly send_resolved?: boolean;
      };
      readonly answer: RouteRow;
    };
  };
  readonly '/routes/{name}': {
    readonly get: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: undefined;
      readonly answer: RouteRow;
    };
    readonly put: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: {
        readonly name: string;
        readonly enabled?: boolean;
        readonly receiver: string;
        readonly match?: {
          readonly selector?: { readonly device: string; readonly sensor?: string };
          readonly rule?: string;
          readonly severity?: readonly ('warning' | 'critical')[];
          readonly labels?: Readonly<Record<string, string>>;
        };
        /** device_id, sensor_type, rule, severity or label:NAME; empty: all together */
        readonly group_by?: readonly string[];
        readonly group_wait_s?: number;
        readonly group_interval_s?: number;
        readonly repeat_interval_s?: number;
        readonly send_resolved?: boolean;
      };
      readonly answer: RouteRow;
    };
    readonly delete: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: undefined;
      readonly answer: undefined;
    };
  };
  readonly '/auth': {
    readonly get: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: undefined;
      readonly answer: Ways;
    };
  };
  readonly '/auth/login': {
    readonly post: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: LogInBody;
      readonly answer: LoggedIn;
    };
  };
  readonly '/auth/refresh': {
    readonly post: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: RefreshBody;
      readonly answer: LoggedIn;
    };
  };
  readonly '/auth/logout': {
    readonly post: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: RefreshBody;
      readonly answer: undefined;
    };
  };
  readonly '/auth/me': {
    readonly get: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: undefined;
      readonly answer: Me;
    };
  };
  readonly '/auth/password': {
    readonly post: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: PasswordBody;
      readonly answer: undefined;
    };
  };
  readonly '/.well-known/jwks.json': {
    readonly get: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: undefined;
      readonly answer: KeySet;
    };
  };
  readonly '/users': {
    readonly get: {
      readonly query: { readonly limit?: number | undefined; readonly cursor?: string | undefined };
      readonly body: undefined;
      readonly answer: {
        readonly data: readonly UserRow[];
        /** Null at the end */
        readonly next_cursor: string | null;
      };
    };
    readonly post: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: CreateUserBody;
      readonly answer: MadeUserAnswer;
    };
  };
  readonly '/users/{name}': {
    readonly patch: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: ChangeUserBody;
      readonly answer: undefined;
    };
    readonly delete: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: undefined;
      readonly answer: undefined;
    };
  };
  readonly '/users/{name}/password': {
    readonly post: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: SetPasswordBody;
      readonly answer: PasswordAnswer;
    };
  };
  readonly '/tokens': {
    readonly get: {
      readonly query: { readonly limit?: number | undefined; readonly cursor?: string | undefined };
      readonly body: undefined;
      readonly answer: {
        readonly data: readonly TokenRow[];
        /** Null at the end */
        readonly next_cursor: string | null;
      };
    };
    readonly post: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: CreateTokenBody;
      readonly answer: IssuedTokenAnswer;
    };
  };
  readonly '/tokens/{id}/rotate': {
    readonly post: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: RotateBody;
      readonly answer: IssuedTokenAnswer;
    };
  };
  readonly '/tokens/{id}': {
    readonly delete: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: undefined;
      readonly answer: undefined;
    };
  };
  readonly '/keys': {
    readonly get: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: undefined;
      readonly answer: CredentialRows;
    };
    readonly post: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: CreateCredentialBody;
      readonly answer: IssuedCredential;
    };
  };
  readonly '/keys/{id}/rotate': {
    readonly post: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: RotateBody;
      readonly answer: IssuedCredential;
    };
  };
  readonly '/keys/{id}': {
    readonly delete: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: undefined;
      readonly answer: undefined;
    };
  };
  readonly '/groups': {
    readonly get: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: undefined;
      readonly answer: CredentialRows;
    };
    readonly post: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: CreateCredentialBody;
      readonly answer: IssuedCredential;
    };
  };
  readonly '/groups/{id}/rotate': {
    readonly post: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: RotateBody;
      readonly answer: IssuedCredential;
    };
  };
  readonly '/groups/{id}/keys': {
    readonly post: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: DevicesBody;
      readonly answer: GroupKeys;
    };
  };
  readonly '/groups/{id}/blocked/{device}': {
    readonly put: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: BlockBody;
      readonly answer: undefined;
    };
    readonly delete: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: undefined;
      readonly answer: undefined;
    };
  };
  readonly '/groups/{id}': {
    readonly delete: {
      readonly query: Readonly<Record<string, never>>;
      readonly body: undefined;
      readonly answer: undefined;
    };
  };
  readonly '/audit': {
    readonly get: {
      readonly query: {
        readonly limit?: number | undefined;
        readonly cursor?: string | undefined;
        readonly from?: string | undefined;
        readonly to?: string | undefined;
        readonly actor?: Object | undefined;
        readonly action?:
          | 'login'
          | 'logout'
          | 'refresh_reused'
          | 'password_change'
          | 'user_create'
          | 'user_change'
          | 'user_password'
          | 'user_remove'
          | 'token_create'
          | 'token_rotate'
          | 'token_revoke'
          | 'key_create'
          | 'key_rotate'
          | 'key_revoke'
          | 'group_create'
          | 'group_rotate'
          | 'group_revoke'
          | 'group_keys'
          | 'device_block'
          | 'device_unblock'
          | 'credentials_import'
          | 'logic_set'
          | 'logic_activate'
          | 'logic_delete'
          | 'dead_letters_redrive'
          | 'rule_create'
          | 'rule_change'
          | 'rule_delete'
          | 'mute_create'
          | 'mute_delete'
          | 'receiver_create'
          | 'receiver_change'
          | 'receiver_rotate'
          | 'receiver_delete'
          | 'route_create'
          | 'route_change'
          | 'route_delete'
          | undefined;
        readonly target?: Object | undefined;
        readonly outcome?: 'ok' | 'refused' | 'failed' | undefined;
      };
      readonly body: undefined;
      readonly answer: {
        readonly data: readonly AuditRow[];
        /** Null at the end */
        readonly next_cursor: string | null;
      };
    };
  };
  readonly '/live': {
    readonly get: {
      readonly query: { readonly device_id?: string | undefined };
      readonly body: undefined;
      readonly answer: unknown;
    };
  };
}
