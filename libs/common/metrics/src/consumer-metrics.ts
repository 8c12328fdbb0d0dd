import type { Registry } from 'prom-client';
import type { Undecodable } from '@iot/telemetry';
import { metricsIn, SECONDS_BUCKETS, SIZE_BUCKETS } from './registry.js';

/** Every reason why a record cannot be decoded. */
const UNDECODABLE = Object.keys({
  null_value: true,
  missing_key: true,
  invalid_utf8: true,
  not_json: true,
  invalid_reading: true,
  key_mismatch: true,
  invalid_timestamp: true,
} satisfies Record<Undecodable['reason'], true>);

/** What every worker counts of their consumption. */
export type ConsumerMetrics = ReturnType<typeof consumerMetrics>;

export function consumerMetrics(registry: Registry) {
  const { counter, gauge, histogram } = metricsIn(registry);
  return {
    consumed: counter(
      'records_consumed_total',
      'Records handled to their end, by the topic they were read from',
      ['topic'],
    ),
    deadLettered: counter(
      'records_dead_lettered_total',
      'Records sent to the dead-letter topic',
      ['stage', 'reason'],
      {
        stage: ['decode'],
        reason: UNDECODABLE,
      },
    ),
    retried: counter('records_retried_total', 'Records sent to a retry topic', ['topic']),
    redriven: counter(
      'records_redriven_total',
      'Records handled that came back from the dead letters',
    ),
    waits: counter(
      'partition_waits_total',
      'Times a partition was paused because the store or the broker was unwell',
    ),
    inFlight: gauge('records_in_flight', 'Records of the batches that are being handled'),
    batchSize: histogram('batch_size_records', 'Records in a batch', SIZE_BUCKETS),
    batchSeconds: histogram(
      'batch_duration_seconds',
      'Time from a batch’s delivery until everything of it is stored',
      SECONDS_BUCKETS,
    ),
    lagRecords: gauge('consumer_lag_records', 'Records in the partition that are not handled yet', [
      'topic',
      'partition',
    ]),
    lagSeconds: gauge(
      'consumer_lag_seconds',
      'Age of the newest handled record while there are others to handle; 0 when there are none',
      ['topic', 'partition'],
    ),
    assigned: gauge(
      'consumer_assigned_partitions',
      'Partitions that this member of the consumer group owns',
      ['topic'],
    ),
    rebalances: counter('consumer_rebalances_total', 'Times this member joined the consumer group'),
  };
}
