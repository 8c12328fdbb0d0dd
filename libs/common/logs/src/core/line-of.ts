import type { Attributes, LogLine } from './log-line.js';
import { levelOfText, SEVERITIES, type Level } from './severity.js';

/** Most characters of a record's attributes; a line's are bounded already, at twice that. */
const LONGEST_ATTRIBUTES = 8000;
/** What is kept where they are longer. */
const KEPT = ['event_id', 'device_id', 'topic', 'partition', 'offset', 'component', 'error'];
const LONGEST_KEPT = 1000;

/** Who writes lines. */
export interface Writer {
  readonly service: string;
  readonly instance: string;
  readonly version: string;
  /** A word that no other process has. */
  readonly process: string;
}

/**
 * The record of a line that a service's logger wrote (a JSON object: level, time, service, msg and
 * what else it says).
 * @param number of the line in its process
 */
export function lineOf(text: string, number: number, writer: Writer): LogLine {
  const { level, time, service: _, msg, trace_id, span_id, err, ...rest } = parsed(text);
  const severity: Level = levelOfText(String(level)) ?? 'info';
  const attributes = short({ ...rest, ...exception(err) });
  return {
    id: `${writer.process}-${number.toString(36).padStart(8, '0')}`,
    timestamp: String(time),
    severity_text: severity.toUpperCase() as Uppercase<Level>,
    severity_number: SEVERITIES[severity],
    body: typeof msg === 'string' ? msg : '',
    ...(typeof trace_id === 'string' && { trace_id }),
    ...(typeof span_id === 'string' && { span_id }),
    resource: {
      'service.name': writer.service,
      'service.instance.id': writer.instance,
      'service.version': writer.version,
    },
    attributes,
  };
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // What is no object is a text.
  }
  return { msg: text.trim() };
}

/** An error as OpenTelemetry names its parts. */
function exception(error: unknown): Attributes {
  if (error === undefined) return {};
  if (typeof error !== 'object' || error === null) return { err: error };
  const { type, message, stack, ...rest } = error as Record<string, unknown>;
  return {
    ...(type !== undefined && { 'exception.type': type }),
    ...(message !== undefined && { 'exception.message': message }),
    ...(stack !== undefined && { 'exception.stacktrace': stack }),
    ...(Object.keys(rest).length > 0 && { err: rest }),
  };
}

function short(attributes: Attributes): Attributes {
  if (JSON.stringify(attributes).length <= LONGEST_ATTRIBUTES) return attributes;
  const kept = [...KEPT, 'exception.type', 'exception.message'].flatMap((name) => {
    const value = attributes[name];
    if (value === undefined) return [];
    return [[name, typeof value === 'string' ? value.slice(0, LONGEST_KEPT) : value]];
  });
  const rest = Object.fromEntries(kept) as Attributes;
  const fits = JSON.stringify(rest).length <= LONGEST_ATTRIBUTES;
  return { ...(fits && rest), 'log.cut': true };
}
