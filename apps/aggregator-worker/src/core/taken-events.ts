import { countableFrom, takenFrom, type Standing, type WindowSize } from '@iot/rollup';
import type { Refusal, TelemetryEvent } from './event.js';
import type { RawStore } from './settle-batch.js';

/** What of a batch is stored, and what is too old for it. */
export interface Taken {
  readonly events: readonly TelemetryEvent[];
  /** By the index in the batch. */
  readonly refused: ReadonlyMap<number, Refusal>;
}

const NONE: ReadonlyMap<number, Refusal> = new Map();

/**
 * Leaves out the events of which nobody could tell whether they were counted before, or whose rows
 * could not be recomputed: those that are older than what is kept. Close to that age, what this
 * very record stored before is taken again, as its rows may not be written.
 */
export async function takenEvents(
  raw: Pick<RawStore, 'sourcesOf'>,
  events: readonly TelemetryEvent[],
  windows: readonly WindowSize[],
  { facts, now }: Standing,
): Promise<Taken> {
  const from = takenFrom(facts, windows, now);
  const late = tooOld(events, from);
  if (late === undefined) return { events, refused: NONE };
  const countable = countableFrom(facts, windows, now);
  const close = late.filter((at) => events[at]!.reading.ts >= countable);
  const sources = close.length > 0 ? await raw.sourcesOf(close.map((at) => events[at]!)) : [];
  const known = new Set(close.filter((at, i) => sources[i] === events[at]!.source));
  const refused = new Map(
    late.filter((at) => !known.has(at)).map((at) => [at, refusal(events[at]!, from)]),
  );
  return { events: events.filter((_, at) => !refused.has(at)), refused };
}

/** The indexes of events older than `from`; undefined: there are none, as nearly always. */
function tooOld(events: readonly TelemetryEvent[], from: number): number[] | undefined {
  let late: number[] | undefined;
  for (let i = 0; i < events.length; i++) if (events[i]!.reading.ts < from) (late ??= []).push(i);
  return late;
}

const refusal = ({ reading }: TelemetryEvent, from: number): Refusal => ({
  refused: `its time, ${text(reading.ts)}, is before ${text(from)}: raw readings of that age are not all kept any more, so whether it was counted before cannot be known`,
  reason: 'beyond_retention',
});

const LAST_DATE = 8.64e15;
const text = (ms: number): string =>
  Math.abs(ms) <= LAST_DATE ? new Date(ms).toISOString() : String(ms);
