/** One accepted reading in its normal form: canonical sensor names, epoch milliseconds. */
export interface Reading {
  readonly eventId: string;
  readonly deviceId: string;
  /** When it was measured, epoch milliseconds. */
  readonly ts: number;
  /** Catalogue name to value; at least one entry. */
  readonly values: Readonly<Record<string, number>>;
  readonly lat?: number;
  readonly lon?: number;
  /** JSON text of an object: what the device sends beside its sensors' values. */
  readonly attributes?: string;
}

/**
 * Why a reading was refused: the field (empty when it is the whole body) and a sentence for its
 * sender.
 */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/**
 * The largest size of a sensor's value. No device measures near it, and no sum of values up to it
 * overflows, however many there are. JSON itself goes up to 1.8e308: two such values would make a
 * row's sum infinite for ever.
 */
export const MAX_MAGNITUDE = 1e100;

/** Characters and length of a device id, as logs and databases have it. */
export const DEVICE_ID = /^[A-Za-z0-9._:-]{1,128}$/;
/**
 * The same of what comes from outside: in the path of a URL `.` and `..` mean a folder, however
 * they are written, so that nobody could ask for such a device.
 */
export const NEW_DEVICE_ID = /^(?!\.\.?$)[A-Za-z0-9._:-]{1,128}$/;
/** Characters and length of an event id. */
export const EVENT_ID = /^[A-Za-z0-9._:-]{1,64}$/;

/**
 * The value of a `telemetry.raw` record: the HTTP body's shape with `event_id` and `ts` (epoch
 * milliseconds) filled in. Written by JSON.stringify although no part needs escaping: a number in a
 * template goes through V8's cache of number texts, and what that cache lets go is garbage of the
 * old generation, 100 bytes a reading.
 */
export function encodeReading(reading: Reading): string {
  const { eventId, deviceId, ts, values, lat, lon, attributes } = reading;
  const text = JSON.stringify({ event_id: eventId, device_id: deviceId, ts, ...values, lat, lon });
  return attributes === undefined ? text : `${text.slice(0, -1)},"attributes":${attributes}}`;
}
