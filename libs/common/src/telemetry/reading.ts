/** One accepted reading in its normal form: canonical sensor names, epoch milliseconds. */
export interface Reading {
  readonly event_id: string;
  readonly device_id: string;
  /** When it was measured, epoch milliseconds. */
  readonly ts: number;
  /** Catalogue name to value; at least one entry. */
  readonly values: Readonly<Record<string, number>>;
  readonly lat?: number;
  readonly lon?: number;
}

/** Why a reading was refused: the field (empty when it is the whole body) and a sentence for its sender. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** Characters and length of a device id. */
export const DEVICE_ID = /^[A-Za-z0-9._:-]{1,128}$/;
/** Characters and length of an event id. */
export const EVENT_ID = /^[A-Za-z0-9._:-]{1,64}$/;

/**
 * The value of a `telemetry.raw` record: the HTTP body's shape with `event_id` and `ts` (epoch milliseconds) filled in. The parts of a
 * {@link Reading} need no escaping: ids and sensor names are of plain characters, and numbers are finite.
 */
export function encodeReading({ event_id, device_id, ts, values, lat, lon }: Reading): string {
  let text = `{"event_id":"${event_id}","device_id":"${device_id}","ts":${ts}`;
  for (const name in values) text += `,"${name}":${values[name]}`;
  return lat === undefined ? text + '}' : `${text},"lat":${lat},"lon":${lon}}`;
}
