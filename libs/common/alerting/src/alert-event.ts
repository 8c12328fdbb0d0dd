/*
 * What `telemetry.alerts` tells: CloudEvents 1.0 in structured mode, one for each change of an
 * alert that somebody may want to hear of. The key of the record is the device id.
 */

export const ALERT_CHANGES = ['raised', 'severity_changed', 'acknowledged', 'resolved'] as const;
/** What happened to the alert. A pending alert is not told of. */
export type AlertChange = (typeof ALERT_CHANGES)[number];

/** Header `content-type` of the records. */
export const ALERT_EVENT_TYPE = 'application/cloudevents+json; charset=UTF-8';
const TYPE_PREFIX = 'iot.telemetry.alert.';
const SOURCE = '/iot-telemetry/alerts';

/** Who took note of an alert, when, and what they said. */
export interface Acknowledgement {
  readonly by: string;
  /** RFC 3339, as all times here. */
  readonly at: string;
  readonly note: string | null;
}

/** The alert as it is after the change; the field names are those of `/alerts`. */
export interface AlertEventData {
  readonly alert_id: string;
  /** Changes of the alert so far; of an acknowledgement, as far as was known. */
  readonly version: number;
  readonly status: 'active' | 'acknowledged' | 'resolved';
  readonly severity: 'warning' | 'critical';
  readonly message: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly rule: string;
  /** 0: a rule of the thresholds in the environment. */
  readonly rule_version: number;
  /** `above_max`, `below_min`, or the kind of the rule's condition. */
  readonly alert_type: string;
  readonly device_id: string;
  /** Null: the alert is about the device. */
  readonly sensor_type: string | null;
  /** The value that the alert began with, the last one, and the bound. Of silence: seconds. */
  readonly value: number;
  readonly last_value: number;
  readonly threshold: number;
  /** Violating readings so far. */
  readonly occurrences: number;
  /** When the condition began to hold; event time, but of silence. */
  readonly timestamp: string;
  readonly last_seen: string;
  readonly created_at: string;
  /** How often the rule raised an alert of the device in the hour before, this one included. */
  readonly raises_last_hour: number;
  readonly acknowledgement: Acknowledgement | null;
  readonly resolved_at: string | null;
  /** Null: by a reading. Otherwise what became of the rule: `rule_deleted`, `rule_disabled` … */
  readonly resolved_reason: string | null;
}

export interface AlertEvent {
  readonly specversion: '1.0';
  /** The same for the same change, however often it is told: repeats can be dropped by it. */
  readonly id: string;
  readonly source: string;
  readonly type: `${typeof TYPE_PREFIX}${AlertChange}`;
  /** The id of the alert. */
  readonly subject: string;
  /** When the change was, by the clock of the alert. */
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly data: AlertEventData;
}

/**
 * @param act of an acknowledgement, which is no version of the alert: `ack`, so that its id is none
 *   of the others
 */
export function alertEvent(
  change: AlertChange,
  time: string,
  data: AlertEventData,
  act?: 'ack',
): AlertEvent {
  return {
    specversion: '1.0',
    id: `${data.alert_id}/${act ?? data.version}`,
    source: SOURCE,
    type: `${TYPE_PREFIX}${change}`,
    subject: data.alert_id,
    time,
    datacontenttype: 'application/json',
    data,
  };
}

/** What happened, by the event's type. */
export const changeOf = ({ type }: Pick<AlertEvent, 'type'>): AlertChange =>
  type.slice(TYPE_PREFIX.length) as AlertChange;

export const encodeAlertEvent = (event: AlertEvent): string => JSON.stringify(event);

type Check = (value: unknown) => boolean;
const isText: Check = (value) => typeof value === 'string';
const isNumber: Check = (value) => typeof value === 'number';
const isTime: Check = (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value));
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const oneOf =
  (...allowed: string[]): Check =>
  (value) =>
    allowed.includes(value as string);
const isTextMap: Check = (value) =>
  typeof value === 'object' && value !== null && Object.values(value).every(isText);

const DATA: Readonly<Record<keyof AlertEventData, Check>> = {
  alert_id: isText,
  version: isNumber,
  status: oneOf('active', 'acknowledged', 'resolved'),
  severity: oneOf('warning', 'critical'),
  message: isText,
  labels: isTextMap,
  rule: isText,
  rule_version: isNumber,
  alert_type: isText,
  device_id: isText,
  sensor_type: orNull(isText),
  value: isNumber,
  last_value: isNumber,
  threshold: isNumber,
  occurrences: isNumber,
  timestamp: isTime,
  last_seen: isTime,
  created_at: isTime,
  raises_last_hour: isNumber,
  acknowledgement: orNull((value) => typeof value === 'object'),
  resolved_at: orNull(isTime),
  resolved_reason: orNull(isText),
};

/**
 * Reads the value of a record. Fields that this version does not know are left as they are.
 * @throws Error saying what is wrong with it
 */
export function decodeAlertEvent(value: Uint8Array | string): AlertEvent {
  const event = JSON.parse(
    typeof value === 'string' ? value : Buffer.from(value).toString(),
  ) as AlertEvent;
  if (typeof event !== 'object' || event === null) throw new Error('is no object');
  if (event.specversion !== '1.0') throw new Error('specversion must be 1.0');
  for (const field of ['id', 'source', 'type', 'subject'] as const)
    if (!isText(event[field])) throw new Error(`${field} must be text`);
  if (!event.type.startsWith(TYPE_PREFIX) || !ALERT_CHANGES.includes(changeOf(event)))
    throw new Error(`type must be ${TYPE_PREFIX} and one of ${ALERT_CHANGES.join(', ')}`);
  if (!isTime(event.time)) throw new Error('time must be an RFC 3339 time');
  if (typeof event.data !== 'object' || event.data === null)
    throw new Error('data must be an object');
  for (const [field, check] of Object.entries(DATA))
    if (!check(event.data[field as keyof AlertEventData]))
      throw new Error(`data.${field} is missing or of another kind`);
  return event;
}
