import type { RawDocument } from '@iot/mongo';
import type { Program, ProgramError, ReadingOutcome, Sandbox } from '@iot/sandbox';

/** One reading of a trial: what the program sees, and when it arrived, epoch ms. */
export interface TrialReading {
  readonly eventId: string;
  readonly ts: number;
  readonly data: Readonly<Record<string, unknown>>;
  readonly receivedAt: number;
}

/** What a trial made of one reading. */
export interface TriedReading {
  readonly event_id: string;
  readonly ts: string;
  /** After it. */
  readonly state: unknown;
  readonly results: unknown[];
  /** What it wrote to the console. */
  readonly logs: string[];
  readonly error: ProgramError | null;
  readonly took_us: number | null;
}

/** What a trial came to. */
export interface Tried {
  readonly readings: TriedReading[];
  readonly state: unknown;
  /** False: it took too long, failed too often or said too much. */
  readonly complete: boolean;
  readonly took_ms: number;
}

/** Most readings of one trial. */
export const TRIAL_READINGS = 1000;
/** What a trial may take. */
const LONGEST_MS = 5000;
const MOST_ERRORS = 20;
const MOST_BYTES = 2 << 20;
/** The latest time that there is, epoch ms. */
const LATEST = 8.64e15;
/** Readings between two looks at the clock. */
const STEP = 25;

/**
 * Runs a program on readings with a copy of a state; nothing is kept. A reading at which it fails
 * changes nothing, as when it is set aside.
 * @param initial the state, JSON text
 * @throws Error when no process can be started
 */
export async function tryProgram(
  sandbox: Sandbox,
  program: Program,
  version: number,
  readings: readonly TrialReading[],
  initial: string,
): Promise<Tried> {
  const startedAt = performance.now();
  const tried: TriedReading[] = [];
  let state = initial;
  let errors = 0;
  let bytes = 0;
  const goesOn = (): boolean =>
    tried.length < readings.length &&
    errors < MOST_ERRORS &&
    bytes < MOST_BYTES &&
    performance.now() - startedAt < LONGEST_MS;
  while (goesOn()) {
    const some = readings.slice(tried.length, tried.length + STEP);
    const inputs = some.map(({ data, receivedAt }) => ({ data: JSON.stringify(data), receivedAt }));
    const [outcome] = await sandbox.run(program, [{ state, version, readings: inputs }], true);
    for (const [i, one] of outcome!.readings.entries()) {
      tried.push(triedReading(some[i]!, one, state));
      state = one.state ?? state;
      bytes += state.length + lengthOf(one.results) + lengthOf(one.logs);
      if (one.error) errors++;
    }
  }
  return {
    readings: tried,
    state: JSON.parse(state) as unknown,
    complete: tried.length === readings.length,
    took_ms: Math.round(performance.now() - startedAt),
  };
}

const lengthOf = (texts: readonly string[] = []): number =>
  texts.reduce((sum, text) => sum + text.length, 0);

const triedReading = (
  { eventId, ts }: TrialReading,
  { results, error, state, logs, micros }: ReadingOutcome,
  before: string,
): TriedReading => ({
  event_id: eventId,
  ts: new Date(ts).toISOString(),
  state: JSON.parse(state ?? before) as unknown,
  results: (results ?? []).map((text) => JSON.parse(text) as unknown),
  logs: [...(logs ?? [])],
  error: error ?? null,
  took_us: micros ?? null,
});

/**
 * A reading as somebody typed it, filled up as ingestion fills one up: a sensor may have one of its
 * other names, and what is missing has a value that says so.
 * @param canonical sensor names by their other names
 * @param now epoch ms
 */
export function givenReading(
  given: Readonly<Record<string, unknown>>,
  index: number,
  machine: string,
  canonical: ReadonlyMap<string, string>,
  now: number,
): TrialReading {
  const { device_id: _, event_id, ts, timestamp, ...fields } = given;
  const time = timeOf(ts ?? timestamp) ?? now;
  const eventId = typeof event_id === 'string' ? event_id : `try-${index}`;
  const named = Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [canonical.get(name) ?? name, value]),
  );
  const data = { event_id: eventId, device_id: machine, ts: time, ...named };
  return { eventId, ts: time, data, receivedAt: time };
}

function timeOf(value: unknown): number | undefined {
  const time = typeof value === 'string' ? Date.parse(value) : value;
  return typeof time === 'number' && Number.isInteger(time) && Math.abs(time) <= LATEST
    ? time
    : undefined;
}

const NOT_SHOWN: ReadonlySet<string> = new Set(['_id', 'event_id', 'received_at', 'source']);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A stored reading, as its program saw it. */
export function storedReading(document: RawDocument): TrialReading {
  const eventId = document.event_id ?? document._id;
  const ts = document.ts.getTime();
  const fields = Object.entries(document).filter(([name]) => !NOT_SHOWN.has(name));
  const { attributes } = document;
  const others = attributes === undefined ? {} : { attributes: parsed(attributes) };
  const data = { event_id: eventId, ...Object.fromEntries(fields), ts, ...others };
  return { eventId, ts, data, receivedAt: document.received_at.getTime() };
}
