import { levelOfNumber, levelOfText, LEVELS, SEVERITIES, type Level } from '@iot/logs';
import type { LogDocument } from '@iot/mongo';
import { printable, printableJson, withoutSecrets } from '@iot/printable';

/** A record of the topic, and where it stands there. */
export interface LogRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  /** Epoch ms. */
  readonly receivedAt: number;
}

/** What a line says, by whichever names it came. Values are as they were sent. */
export interface SaidLine {
  readonly id?: unknown;
  readonly time?: unknown;
  readonly severityNumber?: unknown;
  readonly severityText?: unknown;
  readonly body?: unknown;
  readonly traceId?: unknown;
  readonly spanId?: unknown;
  readonly resource: Readonly<Record<string, unknown>>;
  readonly attributes: Readonly<Record<string, unknown>>;
}

const LONGEST_BODY = 8000;
const LONGEST_ATTRIBUTES = 16_000;
const LONGEST_NAME = 200;
const DEEPEST = 32;
/** Clocks differ; what is said to be later than that was written when it came. */
const MOST_AHEAD_MS = 300_000;
const HEX = { 32: /^[\da-f]{32}$/, 16: /^[\da-f]{16}$/ };

/**
 * The document of a line. Nothing is refused: what cannot be told is left out or guessed, as a line
 * that is not quite right is worth more than none.
 * @param part tells the lines of one record apart
 */
export function documentOf(
  line: SaidLine,
  record: LogRecord,
  part: number,
  now: Date,
): LogDocument {
  const level = levelOf(line);
  const { resource } = line;
  const attributes = { ...placed(resource), ...line.attributes };
  const instance = name(resource['service.instance.id']);
  const place = `${record.topic}/${record.partition}/${record.offset}/${part}`;
  const id = name(line.id);
  return {
    _id: id === undefined ? place : `${id}/${part}`,
    timestamp: timeOf(line.time, record.receivedAt),
    stored_at: now,
    service: serviceOf(resource) ?? name(attributes['service.name']) ?? 'unknown',
    ...(instance !== undefined && { instance }),
    level,
    severity_number: SEVERITIES[level],
    severe: SEVERITIES[level] >= SEVERITIES.warn,
    body: printable(textOf(line.body), LONGEST_BODY),
    ...hex('trace_id', 32, line.traceId),
    ...hex('span_id', 16, line.spanId),
    ...about('event_id', attributes),
    ...about('device_id', attributes),
    attributes: attributesOf(attributes),
  };
}

/** What a resource is called by, the best first. */
const SERVICES = ['service.name', 'k8s.container.name', 'container.name'];

const serviceOf = (resource: SaidLine['resource']): string | undefined =>
  SERVICES.map((field) => name(resource[field])).find((it) => it !== undefined);

/** Where a line is from beyond its service: the host, the pod. */
const placed = (resource: SaidLine['resource']) =>
  Object.fromEntries(Object.entries(resource).filter(([field]) => !/^service\./.test(field)));

function levelOf({ severityNumber, severityText }: SaidLine): Level {
  const byNumber = levelOfNumber(Number(severityNumber ?? NaN));
  const byName =
    typeof severityNumber === 'string' ? levelOfText(plain(severityNumber)) : undefined;
  return (
    byNumber ??
    byName ??
    // The numbers of pino and bunyan: 10, 20 and so on.
    LEVELS[Number(severityText) / 10 - 1] ??
    levelOfText(textOf(severityText).trim()) ??
    'info'
  );
}

/** Some write the number as the word that Protobuf has for it. */
const plain = (number: string): string => number.replace('SEVERITY_NUMBER_', '');

/** Of RFC 3339, or a number (or its digits) of seconds, milliseconds, micro- or nanoseconds. */
function timeOf(time: unknown, receivedAt: number): Date {
  const said = epochMs(time);
  return new Date(said > 0 && said <= receivedAt + MOST_AHEAD_MS ? said : receivedAt);
}

function epochMs(time: unknown): number {
  const number = typeof time === 'string' && time.trim() !== '' ? Number(time) : time;
  if (typeof number !== 'number' || Number.isNaN(number))
    return typeof time === 'string' ? Date.parse(time) : NaN;
  const digits = Math.floor(Math.log10(Math.abs(number) || 1));
  // Of seconds since 2001, and until 2286, there are ten digits.
  return number / 10 ** (3 * Math.round((digits - 12) / 3));
}

const name = (value: unknown): string | undefined =>
  (typeof value === 'string' && value !== '') || typeof value === 'number'
    ? printable(String(value), LONGEST_NAME)
    : undefined;

const hex = (field: 'trace_id' | 'span_id', length: 32 | 16, value: unknown) => {
  const digits = typeof value === 'string' ? value.toLowerCase() : '';
  return HEX[length].test(digits) && !/^0+$/.test(digits) ? { [field]: digits } : {};
};

const about = (field: 'event_id' | 'device_id', attributes: SaidLine['attributes']) => {
  const value = name(attributes[field]);
  return value === undefined ? {} : { [field]: value };
};

const CUT = '{"log.cut":true}';

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined ? '' : written(value);

/** What is nested thousands of times can be read as JSON, and not written. */
function written(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    return CUT;
  }
}

function attributesOf(attributes: SaidLine['attributes']): string {
  const text = withoutSecrets(printableJson(written(attributes)));
  return text.length <= LONGEST_ATTRIBUTES && !isDeep(text) ? text : CUT;
}

/** Whether JSON is nested deeper than its readers' parsers may go. */
function isDeep(json: string): boolean {
  let depth = 0;
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[[{]|[\]}]/g)) {
    if (token === '[' || token === '{') depth++;
    else if (token === ']' || token === '}') depth--;
    if (depth > DEEPEST) return true;
  }
  return false;
}
