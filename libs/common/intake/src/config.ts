import { ConfigError, integer, type loadConfig } from '@iot/config';
import { Quota } from './core/quota.js';

/** Variables of what takes readings in: limits, the buffer, the producer, quotas. */
export const intakeEnv = {
  MAX_BODY_BYTES: integer({
    default: 1_048_576,
    min: 256,
    max: 104_857_600,
    desc: 'most bytes of a single reading’s body, after inflation',
  }),
  MAX_BATCH_BYTES: integer({
    default: 10_485_760,
    min: 256,
    max: 1_073_741_824,
    desc: 'most bytes of a batch’s body, after inflation',
  }),
  MAX_BATCH_EVENTS: integer({
    default: 10_000,
    min: 1,
    max: 1_000_000,
    desc: 'most readings in a batch',
  }),
  INGEST_DEADLINE_MS: integer({
    default: 2500,
    min: 50,
    max: 60_000,
    desc: 'Kafka must acknowledge a request within this time, or it is answered 503',
  }),
  INGEST_BUFFER_BYTES: integer({
    default: 67_108_864,
    min: 1_048_576,
    max: 1_099_511_627_776,
    desc: 'bytes of bodies and unacknowledged records held at most; beyond it 503',
  }),
  PRODUCER_SENDS_IN_FLIGHT: integer({
    default: 1,
    min: 1,
    max: 64,
    desc: 'sends to Kafka at the same time; each device always uses the same one',
  }),
  PRODUCER_MAX_RECORDS: integer({
    default: 1000,
    min: 1,
    max: 10_000,
    desc: 'most records that share a send',
  }),
  QUOTA_EVENTS_PER_SECOND: integer({
    default: 0,
    min: 0,
    max: 1_000_000,
    desc: 'readings per second that one device may send; 0: no quota',
  }),
  QUOTA_BURST: integer({
    default: 0,
    min: 0,
    max: 10_000_000,
    desc: 'readings that one device may send at once; 0: ten seconds of its quota',
  }),
};

export type IntakeConfig = ReturnType<typeof loadConfig<typeof intakeEnv>>;

/** @throws ConfigError when the largest batch would never fit into the buffer */
export function checkBuffer({ INGEST_BUFFER_BYTES, MAX_BATCH_BYTES }: IntakeConfig): void {
  if (INGEST_BUFFER_BYTES < 2 * MAX_BATCH_BYTES)
    throw new ConfigError(
      `INGEST_BUFFER_BYTES is ${INGEST_BUFFER_BYTES} and MAX_BATCH_BYTES is ${MAX_BATCH_BYTES}; allowed: a buffer of at least twice a batch, ${2 * MAX_BATCH_BYTES}, or the largest batch never fits`,
    );
}

/** The quota of each device; undefined: none. */
export function quotaOf({
  QUOTA_EVENTS_PER_SECOND: perSecond,
  QUOTA_BURST: burst,
}: IntakeConfig): Quota | undefined {
  return perSecond === 0 ? undefined : new Quota(perSecond, burst || perSecond * 10);
}
