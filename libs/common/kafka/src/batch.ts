import type { ConsumedRecord } from './record.js';
import type { RecordFailure } from './failure.js';

/** Records of one partition, in order of their offsets, never empty. */
export interface RecordBatch {
  /** Where they were read: the telemetry topic or a retry topic. */
  readonly topic: string;
  readonly partition: number;
  readonly isRetry: boolean;
  readonly records: readonly ConsumedRecord[];
  /**
   * Tells the group that this member lives. Call it between the steps of long work; throws when the
   * partition may be lost.
   */
  heartbeat(): Promise<void>;
}

/**
 * What became of a batch: all of it is handled but for these. They go on to a retry topic or to the
 * dead letters before the offset is committed.
 */
export interface BatchOutcome {
  readonly failures: readonly RecordFailure[];
}

/**
 * Handles a batch completely: when it returns, everything is stored.
 * @throws BackendUnavailable to have the same records again later; anything else is an unknown
 *   failure, and the batch is halved to find the record
 */
export type BatchHandler = (batch: RecordBatch) => Promise<BatchOutcome>;

/** Message pattern of the `@EventPattern` handler that takes batches of readings. */
export const TELEMETRY_BATCHES = 'telemetry.batches';
