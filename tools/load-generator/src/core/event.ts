/** A reading to be sent, or a broken copy of one. All events have these same fields, in this order. */
export interface LoadEvent {
  /** When it is to be sent, ms after the start of the run. */
  readonly due: number;
  /** Which device, counted from 0 in order of appearance. */
  readonly device: number;
  readonly device_id: string;
  /** Absent in a replayed reading that brought none: the ingestion API derives it. */
  readonly event_id: string | undefined;
  /** When it was measured, epoch ms. */
  readonly ts: number;
  /** The reading as it is sent. */
  readonly json: string;
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

const NOT_SENSORS = new Set(['device_id', 'ts', 'timestamp', 'event_id', 'lat', 'lon']);

/** The sensor fields of a reading as sent. */
export function valuesOf(event: LoadEvent): Record<string, number> {
  const fields = JSON.parse(event.json) as Record<string, number>;
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !NOT_SENSORS.has(name)));
}

/** What makes an event the same event when it is sent again: its id, or without one all of it. */
export const identity = (event: LoadEvent): string => event.event_id ?? event.json;

/** All events of a source, as an iterable. */
export function* eventsOf(source: EventSource): Generator<LoadEvent> {
  for (let event = source.next(); event; event = source.next()) yield event;
}
