import { metricsIn, SECONDS_BUCKETS, SIZE_BUCKETS, type Registry } from '@iot/metrics';

/** What everything that takes readings in counts. */
export type IntakeMetrics = ReturnType<typeof intakeMetrics>;

/** @param reasons why readings are refused: INTAKE_REASONS and those of the way in */
export function intakeMetrics(registry: Registry, reasons: readonly string[]) {
  const { counter, gauge, histogram } = metricsIn(registry);
  return {
    accepted: counter('readings_accepted_total', 'Readings that Kafka acknowledged'),
    rejected: counter(
      'readings_rejected_total',
      'Readings refused, by reason; a body that cannot be read counts as one',
      ['reason'],
      { reason: reasons },
    ),
    produceSeconds: histogram(
      'kafka_produce_duration_seconds',
      'Time from a send until Kafka acknowledged it',
      SECONDS_BUCKETS,
    ),
    produceRecords: histogram(
      'kafka_produce_size_records',
      'Records that shared a send',
      SIZE_BUCKETS,
    ),
    produceFailures: counter(
      'kafka_produce_failures_total',
      'Sends that failed; their records are sent again until their deadline',
    ),
    deadlineMisses: counter(
      'ingest_deadline_misses_total',
      'Requests that Kafka did not acknowledge in time',
    ),
    bufferBytes: gauge(
      'ingest_buffer_bytes',
      'Bytes of bodies and unacknowledged records that are held',
    ),
    bufferLimit: gauge('ingest_buffer_limit_bytes', 'Most bytes that may be held'),
    inFlight: gauge('kafka_sends_in_flight', 'Sends that Kafka has not acknowledged yet'),
  };
}
