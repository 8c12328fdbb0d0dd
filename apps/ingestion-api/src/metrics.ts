import { metricsIn, SECONDS_BUCKETS, SIZE_BUCKETS, type Registry } from '@iot/metrics';

/** Why readings are refused. */
export const REJECT_REASONS = [
  'invalid',
  'not_json',
  'too_large',
  'too_many',
  'unsupported_media_type',
  'bad_encoding',
  'empty',
  'wrong_shape',
  'bad_idempotency_key',
  'quota',
  'buffer_full',
  'deadline',
  'closed',
  'stalled',
  'aborted',
] as const;
export type RejectReason = (typeof REJECT_REASONS)[number];

/** What the ingestion API counts. */
export type IngestionMetrics = ReturnType<typeof ingestionMetrics>;

export function ingestionMetrics(registry: Registry) {
  const { counter, gauge, histogram } = metricsIn(registry);
  return {
    accepted: counter('readings_accepted_total', 'Readings that Kafka acknowledged'),
    rejected: counter(
      'readings_rejected_total',
      'Readings refused, by reason; a body that cannot be read counts as one',
      ['reason'],
      {
        reason: REJECT_REASONS,
      },
    ),
    batchSize: histogram('ingest_batch_size_readings', 'Readings in a batch request', SIZE_BUCKETS),
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
