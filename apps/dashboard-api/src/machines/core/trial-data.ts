/** One reading of a trial: what the program sees, and when it arrived, epoch ms. */
export interface TrialReading {
  readonly eventId: string;
  readonly ts: number;
  readonly data: Readonly<Record<string, unknown>>;
  readonly receivedAt: number;
}

/**
 * A reading as somebody typed it, filled up as ingestion fills one up: a sensor may have one of its
 * other names, and what is missing has a value that says so.
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
  return typeof time === 'number' && Number.isSafeInteger(time) ? time : undefined;
}
