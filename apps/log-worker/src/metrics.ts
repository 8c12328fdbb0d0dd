import { consumerMetrics, metricsIn, type Registry } from '@iot/metrics';
import { FORMS } from './core/read-record.js';

/** The log worker's vocabulary. */
export type LogMetrics = ReturnType<typeof logMetrics>;

export function logMetrics(registry: Registry) {
  const { counter, gauge } = metricsIn(registry);
  return {
    ...consumerMetrics(registry),
    read: counter(
      'log_lines_read_total',
      'Lines read from the topic, by how they came: with names, as OTLP, as text, or unreadable',
      ['form'],
      { form: FORMS },
    ),
    stored: counter('log_lines_stored_total', 'Lines stored that were not stored before'),
    removed: counter(
      'log_lines_removed_total',
      'Lines removed as there were more than LOGS_MAX_BYTES; not those that were old enough',
    ),
    bytes: gauge('log_store_bytes', 'Bytes of the stored lines, uncompressed'),
  };
}
