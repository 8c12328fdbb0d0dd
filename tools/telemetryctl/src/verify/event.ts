/*
 * Everything in this folder is written apart from the workers on purpose: its own reading of the
 * record, its own windows, fold and alert rules, straight from the contract. Code shared with what
 * it checks would share its faults.
 */
import { createHash } from 'node:crypto';
import type { SensorCatalogue } from '@iot/telemetry';

/** One reading as the log holds it. Times in epoch ms. */
export interface LogEvent {
  readonly id: string;
  readonly device: string;
  readonly ts: number;
  readonly receivedAt: number;
  /** Sensor name and value, in the order of the record. */
  readonly values: readonly (readonly [string, number])[];
  readonly lat?: number;
  readonly lon?: number;
  /** JSON text. */
  readonly attributes?: string;
  /** Set where it is no reading by the rules given, and may have been one by others. */
  readonly otherRules?: OtherRule;
}

/**
 * What other rules would have to differ in to take a reading: a variable's value, or the largest
 * size of a value, which an older version did not have.
 */
export type OtherRule = 'SENSORS_FILE' | 'MAX_FUTURE_SKEW_MS' | 'RAW_RETENTION_DAYS' | 'value';

/** What reading a record needs to know beside it. */
export interface ReadingRules {
  readonly catalogue: SensorCatalogue;
  readonly maxFutureSkewMs: number;
  readonly rawRetentionMs: number;
}

export interface LogRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** The record's own time, epoch ms. */
  readonly receivedAt: number;
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const isName = (value: unknown, longest: number): value is string =>
  typeof value === 'string' &&
  value.length > 0 &&
  value.length <= longest &&
  /^[\w.:-]+$/.test(value);
const isNumber = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value);

/**
 * The event in a record of the telemetry topic; undefined where no rules make it one: what is no
 * reading whatever the sensors are, or has a time that no setting allows.
 */
export function eventOf(record: LogRecord, rules: ReadingRules): LogEvent | undefined {
  if (
    record.value === null ||
    record.key === null ||
    !(record.receivedAt >= 0 && record.receivedAt <= MAX_TIME)
  )
    return undefined;
  let body: unknown;
  try {
    body = JSON.parse(strict.decode(record.value));
  } catch {
    return undefined;
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return undefined;
  const fields = body as Record<string, unknown>;
  const { device_id: device, lat, lon } = fields;
  if (!isName(device, 128) || record.key.toString('latin1') !== device) return undefined;
  const values = valuesOf(fields, rules.catalogue);
  if (values === undefined) return undefined;
  if (lat !== undefined || lon !== undefined)
    if (!isNumber(lat) || !isNumber(lon) || Math.abs(lat) > 90 || Math.abs(lon) > 180)
      return undefined;
  const attributes = fields['attributes'];
  if (attributes !== undefined && !areAttributes(attributes)) return undefined;
  if (fields['ts'] !== undefined && fields['timestamp'] !== undefined) return undefined;
  const given = fields['ts'] ?? fields['timestamp'];
  const ts = given === undefined ? record.receivedAt : timeOf(given);
  if (
    ts === undefined ||
    ts > record.receivedAt + WIDEST.maxFutureSkewMs ||
    ts < record.receivedAt - WIDEST.rawRetentionMs
  )
    return undefined;
  const location = lat === undefined ? {} : { lat: lat as number, lon: lon as number };
  const others = attributes === undefined ? {} : { attributes: JSON.stringify(attributes) };
  const otherRules = otherRulesOf(values, ts, record.receivedAt, rules);
  const differs = otherRules === undefined ? {} : { otherRules };
  const event = {
    device,
    ts,
    values,
    receivedAt: record.receivedAt,
    ...location,
    ...others,
    ...differs,
  };
  if (fields['event_id'] !== undefined)
    return isName(fields['event_id'], 64) ? { id: fields['event_id'], ...event } : undefined;
  const id =
    given === undefined
      ? digest(`${record.topic}/${record.partition}/${record.offset}`)
      : derivedId(event);
  return { id, ...event };
}

const DAY_MS = 86_400_000;
/** The most that MAX_FUTURE_SKEW_MS and RAW_RETENTION_DAYS can be set to. */
const WIDEST = { maxFutureSkewMs: 365 * DAY_MS, rawRetentionMs: 36_500 * DAY_MS };

function otherRulesOf(
  values: LogEvent['values'],
  ts: number,
  receivedAt: number,
  { catalogue, maxFutureSkewMs, rawRetentionMs }: ReadingRules,
): OtherRule | undefined {
  if (values.some(([name]) => !catalogue.byName.has(name))) return 'SENSORS_FILE';
  if (ts > receivedAt + maxFutureSkewMs) return 'MAX_FUTURE_SKEW_MS';
  if (ts < receivedAt - rawRetentionMs) return 'RAW_RETENTION_DAYS';
  return values.some(([, value]) => Math.abs(value) > LARGEST) ? 'value' : undefined;
}

/** The largest size of a value. */
export const LARGEST = 1e100;
const FIXED = new Set(['device_id', 'event_id', 'ts', 'timestamp', 'lat', 'lon', 'attributes']);
/** Contract: an object of at most 4096 bytes, 100 fields and elements, and 5 levels. */
function areAttributes(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  let level: unknown[] = [value];
  let values = 0;
  for (let levels = 0; level.length > 0; levels++) {
    if (levels === 5) return false;
    const inside = level.flatMap((one) => Object.values(one as object) as unknown[]);
    values += inside.length;
    if (values > 100 || inside.includes(Infinity) || inside.includes(-Infinity)) return false;
    level = inside.filter((one) => typeof one === 'object' && one !== null);
  }
  return Buffer.byteLength(JSON.stringify(value)) <= 4096;
}

/** Contract: what a sensor may be called, in any catalogue. */
const SENSOR = /^(?!(?:received_at|source|attributes|constructor|prototype)$)[a-z][a-z0-9_]{0,63}$/;

function valuesOf(
  fields: Record<string, unknown>,
  catalogue: SensorCatalogue,
): [string, number][] | undefined {
  const values: [string, number][] = [];
  for (const field of Object.keys(fields)) {
    if (FIXED.has(field)) {
      if (fields[field] === null) return undefined;
      continue;
    }
    const sensor = catalogue.canonical.get(field) ?? field;
    const value = fields[field];
    if (!SENSOR.test(sensor) || !isNumber(value) || values.some(([name]) => name === sensor))
      return undefined;
    values.push([sensor, value]);
  }
  return values.length > 0 ? values : undefined;
}

const MAX_TIME = 8.64e15;
const TIME = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

/** Epoch ms of an RFC 3339 text or of whole epoch ms. */
export function timeOf(value: unknown): number | undefined {
  if (typeof value === 'number')
    return Number.isInteger(value) && Math.abs(value) <= MAX_TIME ? value : undefined;
  const parts = typeof value === 'string' && value.length <= 64 ? TIME.exec(value) : null;
  if (!parts) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', zone = 'Z'] = parts;
  const date = `${year}-${month}-${day}`;
  const midnight = Date.parse(`${date}T00:00:00Z`);
  // Date.parse rolls 30 February over; a date that does not come back as it went in does not exist.
  if (Number.isNaN(midnight) || new Date(midnight).toISOString().slice(0, 10) !== date)
    return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const ms = Number(fraction.slice(1, 4).padEnd(3, '0'));
  let ahead = 0;
  if (zone.length > 1) {
    const [zoneHour, zoneMinute] = [Number(zone.slice(1, 3)), Number(zone.slice(4))];
    if (zoneHour > 23 || zoneMinute > 59) return undefined;
    ahead = (zone.startsWith('-') ? -1 : 1) * (zoneHour * 60 + zoneMinute);
  }
  return (
    midnight + ((Number(hour) * 60 + Number(minute) - ahead) * 60 + Number(second)) * 1000 + ms
  );
}

/** The id of a reading that has a time and brought no id. */
export const derivedId = (event: Omit<LogEvent, 'id'>): string => digest(identityOf(event));

/**
 * What makes a reading without an id the same as another: device, time, values by name, place,
 * attributes.
 */
function identityOf(event: Omit<LogEvent, 'id'>): string {
  const { device, ts, values, lat, lon, attributes } = event;
  const named = values
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `|${name}=${value}`);
  const place = lat === undefined ? '' : `|@${lat},${lon}`;
  const others = attributes === undefined ? '' : `|${attributes}`;
  return `${device}|${ts}${named.join('')}${place}${others}`;
}

const digest = (text: string): string =>
  createHash('sha256').update(text).digest('base64url').slice(0, 22);
