import type { SaidLine } from './lines.js';
import { linesOfOtlp } from './otlp.js';

type Said = Readonly<Record<string, unknown>>;

/** How lines may come: as ours, as a request of OTLP in JSON, or as anything else. */
export type Form = 'line' | 'otlp' | 'text';

export const FORMS: readonly Form[] = ['line', 'otlp', 'text'];

const isObject = (value: unknown): value is Said =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const objectOf = (value: unknown): Said => (isObject(value) ? value : {});

/** Other names of the fields, by what shippers and loggers call them. */
const NAMES = {
  time: ['timestamp', 'time', '@timestamp', 'ts', 'date'],
  body: ['body', 'message', 'msg', 'log'],
  severityText: ['severity_text', 'severity', 'level', 'log_level'],
  severityNumber: ['severity_number'],
  traceId: ['trace_id'],
  spanId: ['span_id'],
  id: ['id'],
} as const;
const SERVICE = ['service.name', 'service', 'app', 'container_name'];
const KNOWN = new Set<string>([
  ...Object.values(NAMES).flat(),
  ...SERVICE,
  'service.instance.id',
  'resource',
  'attributes',
]);

/** The lines of a record. What is no JSON object is the text of a line. */
export function readRecord(value: string): { form: Form; lines: readonly SaidLine[] } {
  let said: unknown;
  try {
    said = JSON.parse(value);
  } catch {
    said = undefined;
  }
  if (!isObject(said))
    return { form: 'text', lines: [{ body: value, resource: {}, attributes: {} }] };
  if (Array.isArray(said['resourceLogs']))
    return { form: 'otlp', lines: linesOfOtlp(said['resourceLogs']) };
  return { form: 'line', lines: [lineOf(said)] };
}

/** A JSON object with names of OpenTelemetry's model, or those that other loggers use. */
function lineOf(said: Said): SaidLine {
  const first = (names: readonly string[]): unknown => {
    const found = names.find((name) => said[name] !== undefined && said[name] !== null);
    return found === undefined ? undefined : said[found];
  };
  const rest = Object.entries(said).filter(([name]) => !KNOWN.has(name));
  const service = first(SERVICE);
  const instance = said['service.instance.id'];
  return {
    id: first(NAMES.id),
    time: first(NAMES.time),
    severityNumber: first(NAMES.severityNumber),
    severityText: first(NAMES.severityText),
    body: first(NAMES.body),
    traceId: first(NAMES.traceId),
    spanId: first(NAMES.spanId),
    resource: {
      ...(typeof service === 'string' && { 'service.name': service }),
      ...(instance !== undefined && { 'service.instance.id': instance }),
      ...objectOf(said['resource']),
    },
    attributes: { ...Object.fromEntries(rest), ...objectOf(said['attributes']) },
  };
}
