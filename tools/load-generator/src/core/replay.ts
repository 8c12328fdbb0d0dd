import type { EventSource, LoadEvent } from './event.js';
import { Mixer } from './mixer.js';

/** A recorded reading: its time (epoch ms), its device and its fields. */
export interface Recorded {
  readonly ts: number;
  readonly device_id: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** How a recording is sent again. */
export interface ReplayPlan {
  readonly seed: number;
  /** Epoch ms at which the last reading falls. All are shifted by the same whole number of ms. */
  readonly until: number;
  /** How many times faster than it was recorded; undefined: all are due at once. */
  readonly speed: number | undefined;
  /**
   * Fractions, 0 to 1: see {@link Mixer}. Late readings are held back by up to `lateByMs` of
   * recorded time; their `ts` stays.
   */
  readonly duplicates: number;
  readonly late: number;
  readonly lateByMs: number;
  readonly bad: number;
}

/** Without a zone a time would mean another moment on every machine. */
const WITH_ZONE = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

/**
 * Reads one line of a recording.
 * @throws Error saying what is wrong with it
 */
export function parseRecorded(line: string): Recorded {
  let fields: unknown;
  try {
    fields = JSON.parse(line);
  } catch (error) {
    throw new Error(`is not JSON: ${(error as Error).message}`);
  }
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields))
    throw new Error('is not a JSON object');
  const { device_id, ts: own, timestamp } = fields as Record<string, unknown>;
  const time = own ?? timestamp;
  if (typeof device_id !== 'string') throw new Error('has no device_id');
  const ts =
    typeof time === 'number'
      ? time
      : typeof time === 'string' && WITH_ZONE.test(time)
        ? Date.parse(time)
        : Number.NaN;
  if (!Number.isInteger(ts))
    throw new Error('has no ts that is an RFC 3339 time with a zone or whole epoch milliseconds');
  return { ts, device_id, fields: fields as Record<string, unknown> };
}

/**
 * The reading as it is sent: its time shifted by `shift` ms and kept in its form (text or number),
 * true and false as 1 and 0.
 */
export function shifted(recorded: Recorded, shift: number): string {
  const sent: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(recorded.fields)) {
    if (name === 'ts' || name === 'timestamp')
      sent[name] =
        typeof value === 'number' ? value + shift : new Date(recorded.ts + shift).toISOString();
    else sent[name] = typeof value === 'boolean' ? Number(value) : value;
  }
  return JSON.stringify(sent);
}

/** A recording that can be walked through again: its extent, and its readings in their order. */
export interface Recording {
  readonly first: number;
  readonly last: number;
  readonly devices: readonly string[];
  next(): Recorded | undefined;
}

/** The readings of a recording, due in recorded time. */
class Readings implements EventSource {
  private readonly numbers = new Map<string, number>();
  private due = 0;

  constructor(
    private readonly recording: Recording,
    private readonly shift: number,
  ) {
    recording.devices.forEach((id, index) => this.numbers.set(id, index));
  }

  next(): LoadEvent | undefined {
    const recorded = this.recording.next();
    if (!recorded) return undefined;
    const { device_id, ts, fields } = recorded;
    // A recording need not be in the order of time; what is sent is.
    this.due = Math.max(this.due, ts - this.recording.first);
    const event_id = typeof fields['event_id'] === 'string' ? fields['event_id'] : undefined;
    const device = this.numbers.get(device_id)!;
    const reading = {
      device,
      device_id,
      event_id,
      ts: ts + this.shift,
      json: shifted(recorded, this.shift),
    };
    return { due: this.due, reading, late: false, duplicate: false, bad: undefined };
  }
}

/**
 * Events of a recording, in the order in which they are sent. Pure: the same recording, plan and
 * `until` give the same events.
 */
export function replayEvents(recording: Recording, plan: ReplayPlan): EventSource {
  const { duplicates, bad, late, lateByMs, speed } = plan;
  const mixture = {
    duplicates,
    bad,
    disconnect: 0,
    delayed: late,
    delayBy: lateByMs,
    end: Infinity,
  };
  const mixed = new Mixer(new Readings(recording, plan.until - recording.last), plan.seed, mixture);
  return {
    next() {
      const event = mixed.next();
      return event && { ...event, due: speed === undefined ? 0 : event.due / speed };
    },
  };
}
