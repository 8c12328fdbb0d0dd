import type { LoadEvent } from './event.js';

/** What goes into one HTTP request: one event, or a batch of one lane. */
export interface Request {
  readonly lane: number;
  readonly events: readonly LoadEvent[];
  /** When its last event is due, ms after the start. */
  readonly due: number;
}

/**
 * Collects events into requests. A device's events always take the same lane, so a lane that sends
 * one request at a time keeps their order.
 */
export class Batcher {
  private readonly open: LoadEvent[][];
  /** How many events the batch of each lane takes. */
  private readonly room: number[];

  constructor(
    lanes: number,
    private readonly batch: number,
  ) {
    this.open = Array.from({ length: lanes }, () => []);
    // First batches of different sizes: lanes that fill at the same pace would otherwise all send
    // at the same moment.
    this.room = Array.from({ length: lanes }, (_, lane) => Math.ceil((batch * (lane + 1)) / lanes));
  }

  /** @returns a request when this event completes one */
  add(event: LoadEvent): Request | undefined {
    const lane = event.reading.device % this.open.length;
    if (this.batch === 1) return { lane, events: [event], due: event.due };
    const events = this.open[lane]!;
    events.push(event);
    if (events.length < this.room[lane]!) return undefined;
    this.open[lane] = [];
    this.room[lane] = this.batch;
    return { lane, events, due: event.due };
  }

  /** The incomplete batches, at the end. */
  flush(): Request[] {
    const rest = this.open.flatMap((events, lane) =>
      events.length === 0 ? [] : [{ lane, events, due: events.at(-1)!.due }],
    );
    this.open.fill([]);
    return rest;
  }
}

/**
 * How many lanes a run has: no more than there are connections or devices, and so few that each has
 * about a batch a second to send; with more, a batch would take many seconds to fill.
 * @param rate events a second; Infinity for as fast as the target takes them
 */
export function laneCount(
  connections: number,
  devices: number,
  rate: number,
  batch: number,
): number {
  return Math.max(
    1,
    Math.min(connections, devices, batch === 1 ? Infinity : Math.floor(rate / batch)),
  );
}
