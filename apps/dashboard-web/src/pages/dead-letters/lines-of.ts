import type { DeadLetterAnswer, DeadLetterRow } from '../../api/schema.js';
import { logsSearch, type LogsSearch } from '../logs/search.js';

/** What lines name as a device. */
const DEVICE = /^[\w.:-]{1,128}$/;
const TRACEPARENT = /^[\da-f]{2}-([\da-f]{32})-[\da-f]{16}-[\da-f]{2}$/;

/**
 * Where the lines about a dead letter are: those of its device around its failure; those of what
 * failed, where no device is known. Undefined: nobody here wrote of it.
 */
export function linesOf({ device_id, group, failed_at }: DeadLetterRow): LogsSearch | undefined {
  const at = Date.parse(failed_at);
  if (DEVICE.test(device_id)) return logsSearch({ device: device_id, at });
  return group && at ? logsSearch({ text: 'record set aside', at }) : undefined;
}

/** The trace that brought the record, as its header says. */
export function traceOf({ headers }: DeadLetterAnswer): string | undefined {
  const text = headers.find(({ name }) => name === 'traceparent')?.value?.text;
  return TRACEPARENT.exec(text ?? '')?.[1];
}
