/**
 * A reading as it is sent. `json` may be worked out when it is asked for: ask once, when it is
 * needed.
 */
export interface Reading {
  /** Which device, counted from 0. */
  readonly device: number;
  readonly device_id: string;
  /** Absent in a recorded reading that brought none: the ingestion API derives it. */
  readonly event_id: string | undefined;
  /** When it was measured, epoch ms. */
  readonly ts: number;
  readonly json: string;
}

/** Something to be sent: a reading for the first or second time, or a broken copy of one. */
export interface LoadEvent {
  /** When it is to be sent, ms after the start of the run. */
  readonly due: number;
  readonly reading: Reading;
  /** It comes later than its place in event time. */
  readonly late: boolean;
  /** The same event was sent before. */
  readonly duplicate: boolean;
  /** What is wrong with it, when it must be refused. */
  readonly bad: string | undefined;
}

/** Events in the order of their `due`. */
export interface EventSource {
  /** The next event, or undefined when there are no more. */
  next(): LoadEvent | undefined;
}

/** Fields of a reading that are no sensors. */
export const NOT_SENSORS: ReadonlySet<string> = new Set([
  'device_id',
  'ts',
  'timestamp',
  'event_id',
  'lat',
  'lon',
  'attributes',
]);

/** The sensor fields of a reading as sent. */
export function valuesOf(reading: Reading): Record<string, number> {
  const fields = JSON.parse(reading.json) as Record<string, number>;
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !NOT_SENSORS.has(name)));
}

/**
 * What makes a reading the same event when it is sent again: its event id, or without one all of
 * it.
 */
export const identity = (reading: Reading): string => reading.event_id ?? reading.json;

/** All events of a source, as an iterable. */
export function* eventsOf(source: EventSource): Generator<LoadEvent> {
  for (let event = source.next(); event; event = source.next()) yield event;
}
