import type { Reading } from '@iot/telemetry';

/** A reading and where it comes from. */
export interface TelemetryEvent {
  readonly reading: Reading;
  /** `topic/partition/offset` of its record. */
  readonly source: string;
  /** Arrival, epoch ms. */
  readonly receivedAt: number;
}

/** Why an event is not stored. */
export interface Refusal {
  readonly refused: string;
  /** A word for it, where that will not pass; absent: the store refused the document. */
  readonly reason?: 'beyond_retention';
}

/**
 * What became of an event: `new`; `replayed`: this very record stored it before; `duplicate`:
 * another record did, and what this one says counts nowhere; or why it is refused.
 */
export type InsertOutcome = 'new' | 'replayed' | 'duplicate' | Refusal;
