import type { OutgoingRecord } from '@iot/kafka';

/** Why readings of a payload are refused. */
export const REASONS = ['invalid', 'not_json', 'too_large', 'too_many', 'empty', 'quota'] as const;

/** What is wrong with a payload; `message` is for people. */
export interface Refused {
  readonly reason: (typeof REASONS)[number];
  readonly message: string;
  /** Readings refused; a payload that cannot be read counts as one. */
  readonly readings: number;
}

/** What a payload is: records, and what is wrong with the rest of it. */
export interface Judged {
  readonly records: readonly OutgoingRecord[];
  /** The device that the topic names. */
  readonly device: string | undefined;
  readonly refused?: Refused;
}
