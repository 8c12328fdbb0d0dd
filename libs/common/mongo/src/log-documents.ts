/** A document of `logs`: a line that a service, or something else, logged. */
export interface LogDocument {
  /** Names the line: by its process and number, or by its place in the topic. */
  _id: string;
  timestamp: Date;
  /** When it was stored. */
  stored_at: Date;
  service: string;
  instance?: string;
  level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';
  severity_number: number;
  /** A warning, or worse. */
  severe: boolean;
  body: string;
  trace_id?: string;
  span_id?: string;
  event_id?: string;
  device_id?: string;
  /** What else the line says, as JSON: a name in it may be any text. */
  attributes: string;
}
