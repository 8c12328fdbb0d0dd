import type { ConsumedRecord, RecordFailure } from '@iot/kafka';
import type { Input } from '@iot/sandbox';
import { isSkipped } from './skips.js';
import type { Machine } from './machine.js';

/** A reading of a machine that has a program, or what of it cannot be read. */
export interface Arrival {
  readonly machine: string;
  /** `topic/partition` of the original record. */
  readonly at: string;
  readonly offset: number;
  /** It failed before, and somebody sent it back from the dead letters. */
  readonly redriven: boolean;
  readonly record: Pick<ConsumedRecord, 'receivedAtText'> & RecordFailure['record'];
  /** Undefined: it cannot be read, and `failure` says why. */
  readonly reading: Read | undefined;
  readonly failure: Omit<RecordFailure, 'record' | 'permanent'> | undefined;
}

export interface Read {
  readonly eventId: string;
  /** The reading's own time, epoch ms. */
  readonly ts: number;
  readonly input: Input;
}

/** What is asked of a reading to know what is to be done with it. */
export type Placed = Pick<Arrival, 'at' | 'offset' | 'redriven'> & {
  readonly reading:
    { readonly eventId: string; readonly input: Pick<Input, 'receivedAt'> } | undefined;
};

/**
 * What is to be done with a reading:
 *
 * - `run`: it is new;
 * - `seen`: it is in the state; the offset was not committed after it was written;
 * - `again`: it was skipped, and whether its dead letter was written is not known;
 * - `copy`: the device sent it twice.
 */
export type Verdict = 'run' | 'seen' | 'again' | 'copy';

export function verdictOf(
  placed: Placed,
  machine: Pick<Machine, 'positions' | 'skipped' | 'recent'>,
): Verdict {
  const { at, offset, redriven, reading } = placed;
  const position = machine.positions.get(at);
  const isPast = position !== undefined && offset <= position.offset;
  if (isPast && isSkipped(machine.skipped, at, offset)) return redriven ? 'run' : 'again';
  // A redriven reading that was not skipped is in the state already, or comes by its own way.
  if (redriven || (isPast && !beganAnew(placed, machine))) return 'seen';
  return reading && machine.recent.includes(reading.eventId) ? 'copy' : 'run';
}

/**
 * Whether a reading is in another log of the same name: the topic was deleted and made anew, so its
 * offsets begin at 0. It arrived later than all that the machine has had from there, so it cannot
 * be one of them.
 */
export function beganAnew(
  { at, offset, reading }: Placed,
  { positions }: Pick<Machine, 'positions'>,
): boolean {
  const position = positions.get(at);
  return (
    position !== undefined &&
    reading !== undefined &&
    offset <= position.offset &&
    reading.input.receivedAt > position.arrived
  );
}
