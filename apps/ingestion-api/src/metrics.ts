import { UNAUTHORIZED } from '@iot/credentials';
import { INTAKE_REASONS, intakeMetrics } from '@iot/intake';
import { metricsIn, SIZE_BUCKETS, type Registry } from '@iot/metrics';

/** Why readings are refused: for what every way in refuses, or for what only HTTP has. */
export const REJECT_REASONS = [
  ...INTAKE_REASONS,
  'unauthorized',
  'unsupported_media_type',
  'bad_encoding',
  'bad_idempotency_key',
  'stalled',
  'aborted',
] as const;
export type RejectReason = (typeof REJECT_REASONS)[number];

/** What the ingestion API counts. */
export type IngestionMetrics = ReturnType<typeof ingestionMetrics>;

export function ingestionMetrics(registry: Registry) {
  const { counter, gauge, histogram } = metricsIn(registry);
  return {
    ...intakeMetrics(registry, REJECT_REASONS),
    unauthorized: counter(
      'requests_unauthorized_total',
      'Requests without a valid device key, by reason',
      ['reason'],
      { reason: UNAUTHORIZED },
    ),
    brokerQuestions: counter(
      'mqtt_broker_questions_total',
      'What MQTT brokers asked about their clients, and the answer',
      ['about', 'result'],
      { about: ['connect', 'publish', 'other'], result: ['allow', 'deny'] },
    ),
    credentials: gauge(
      'credentials_held',
      'Device keys, enrolment groups and blocked devices in memory',
      ['kind'],
    ),
    credentialsAge: gauge(
      'credentials_age_seconds',
      'Time since the device keys were last known to be those of the topic',
    ),
    batchSize: histogram('ingest_batch_size_readings', 'Readings in a batch request', SIZE_BUCKETS),
  };
}
