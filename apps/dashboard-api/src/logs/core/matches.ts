import type { LogDocument } from '@iot/mongo';
import { printable } from '@iot/printable';

/** What lines are chosen by. */
export interface LineFilters {
  readonly service?: string | undefined;
  readonly trace_id?: string | undefined;
  readonly device_id?: string | undefined;
  readonly event_id?: string | undefined;
  readonly text?: string | undefined;
}

/**
 * Whether the list would give a line. @param least the severity number of the least level wanted
 */
export function matches(
  { service, trace_id, device_id, event_id, text }: LineFilters,
  least: number,
  line: LogDocument,
): boolean {
  return (
    line.severity_number >= least &&
    (service === undefined || line.service === service) &&
    (trace_id === undefined || line.trace_id === trace_id) &&
    (device_id === undefined || line.device_id === device_id) &&
    (event_id === undefined || line.event_id === event_id) &&
    (text === undefined || line.body.toLowerCase().includes(printable(text).toLowerCase()))
  );
}
