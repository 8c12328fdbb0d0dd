import { printable } from '@iot/printable';
import type { SaidLine } from './lines.js';
import { linesOfOtlp } from './otlp.js';

type Said = Readonly<Record<string, unknown>>;

/** How lines may come: as ours, as a request of OTLP in JSON, as text, or as nothing readable. */
export type Form = 'line' | 'otlp' | 'text' | 'binary';

export const FORMS: readonly Form[] = ['line', 'otlp', 'text', 'binary'];

const isObject = (value: unknown): value is Said =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const objectOf = (value: unknown): Said => (isObject(value) ? value : {});

/** Other names of the fields, by what shippers and loggers call them. */
const NAMES = {
  time: ['timestamp', 'time', '@timestamp', 'ts', 'date'],
  body: ['body', 'message', 'msg', 'log'],
  severityText: ['severity_text', 'severity', 'level', 'log.level', 'log_level'],
  severityNumber: ['severity_number'],
  traceId: ['trace_id', 'trace.id'],
  spanId: ['span_id', 'span.id'],
  service: ['service.name', 'service', 'app', 'container_name'],
  instance: ['service.instance.id'],
} as const;

/** What bytes become that are no UTF-8. */
const NO_CHARACTER = '\ufffd';
/** What no text has: a record with these is of an encoding that is not read here. */
const NO_TEXT = /[\0-\x08\x0e-\x1a]/;
const SHOWN_OF_BINARY = 200;

/** The lines of a record. What is no JSON object is the text of a line. */
export function readRecord(value: Buffer): { form: Form; lines: readonly SaidLine[] } {
  const text = value.toString();
  const said = jsonOf(text);
  if (isObject(said)) {
    if (Array.isArray(said['resourceLogs']))
      return { form: 'otlp', lines: linesOfOtlp(said['resourceLogs']) };
    return { form: 'line', lines: [lineOf(said)] };
  }
  if (text.includes(NO_CHARACTER) && NO_TEXT.test(text))
    return { form: 'binary', lines: [binary(text, value)] };
  // Some write a text as a value of JSON.
  const body = typeof said === 'string' ? said : text;
  return { form: 'text', lines: [{ body, resource: {}, attributes: {} }] };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Says what came in place of lines, so that who reads them finds out what to mend. */
const binary = (text: string, value: Buffer): SaidLine => ({
  severityText: 'warn',
  body: 'a record that is no text; let its sender write JSON, as docs/logs.md says (Protobuf?)',
  resource: {},
  attributes: { bytes: value.length, begins: printable(text, SHOWN_OF_BINARY) },
});

/** A JSON object with names of OpenTelemetry's model, or those that other loggers use. */
function lineOf(said: Said): SaidLine {
  const used = new Set<string>();
  const first = (names: readonly string[]): unknown => {
    const found = names.find((name) => said[name] !== undefined && said[name] !== null);
    if (found === undefined) return undefined;
    used.add(found);
    return said[found];
  };
  const inner = (name: string): Said | undefined => {
    const value = said[name];
    if (!isObject(value)) return undefined;
    used.add(name);
    return value;
  };
  const [resource, attributes] = [inner('resource'), inner('attributes')];
  // Others call something else an id: their order's, their user's. It names no line.
  const id = resource && first(['id']);
  const line = {
    id,
    time: first(NAMES.time),
    severityNumber: first(NAMES.severityNumber),
    severityText: first(NAMES.severityText) ?? objectOf(said['log'])['level'],
    body: first(NAMES.body),
    traceId: first(NAMES.traceId),
    spanId: first(NAMES.spanId),
  };
  const service = first(NAMES.service) ?? objectOf(said['kubernetes'])['container_name'];
  const name = isObject(service) ? service['name'] : service;
  const instance = first(NAMES.instance);
  const rest = Object.entries(said).filter(([field]) => !used.has(field));
  return {
    ...line,
    resource: {
      ...(typeof name === 'string' && { 'service.name': name }),
      ...(instance !== undefined && { 'service.instance.id': instance }),
      ...resource,
    },
    attributes: { ...Object.fromEntries(rest), ...attributes },
  };
}
