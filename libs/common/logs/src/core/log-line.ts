import type { Level } from './severity.js';

/** What a line says besides its text: values of JSON. */
export type Attributes = Readonly<Record<string, unknown>>;

/**
 * A line of a log as the topic has it, one JSON object a record. The names are those of
 * OpenTelemetry's log data model; what belongs to the process stands in `resource`.
 */
export interface LogLine {
  /** Names the line: a record that was sent twice is one line. Absent: its place in the topic does. */
  readonly id?: string;
  /** RFC 3339 in UTC. */
  readonly timestamp: string;
  /** In capitals: `INFO`. */
  readonly severity_text: Uppercase<Level>;
  readonly severity_number: number;
  readonly body: string;
  /** 32 and 16 hexadecimal digits. */
  readonly trace_id?: string;
  readonly span_id?: string;
  readonly resource: {
    readonly 'service.name': string;
    readonly 'service.instance.id'?: string;
    readonly 'service.version'?: string;
  };
  /** `event_id` and `device_id` among them, where the line is about one. */
  readonly attributes: Attributes;
}
