import { Ajv } from 'ajv';
import { attributesText } from './attributes.js';
import type { SensorCatalogue } from './catalogue.js';
import { derivedEventId } from './event-id.js';
import { explain, readingDto, readingSchema, type ReadingDto } from './reading-dto.js';
import { DEVICE_ID, EVENT_ID, MAX_MAGNITUDE, type FieldError, type Reading } from './reading.js';
import { parseTimestamp } from './timestamp.js';

/** How far from its arrival a reading's time may be, in milliseconds. */
export interface ReadingLimits {
  readonly maxFutureSkewMs: number;
  readonly rawRetentionMs: number;
}

/** A reading in normal form, or what is wrong with it. */
export type Parsed =
  | { readonly reading: Reading; readonly errors?: undefined }
  | { readonly reading?: undefined; readonly errors: FieldError[] };

/** Gives the event id of a reading that brought neither an `event_id` nor a time of its own. */
export type NewEventId = () => string;

/** Turns JSON values into readings. One instance a process: it compiles the schema. */
export class ReadingParser {
  readonly dto: ReadingDto;
  private readonly accepts: (body: unknown) => boolean;
  private readonly fields: ReadonlySet<string>;
  private readonly canonical: ReadonlyMap<string, string>;

  /** @param deviceId NEW_DEVICE_ID for what comes from outside */
  constructor(
    catalogue: SensorCatalogue,
    private readonly limits: ReadingLimits,
    private readonly deviceId = DEVICE_ID,
  ) {
    this.dto = readingDto(catalogue, deviceId);
    this.canonical = catalogue.canonical;
    const schema = readingSchema(this.dto);
    this.fields = new Set(Object.keys(schema['properties'] as object));
    this.accepts = new Ajv({ strictNumbers: true, allowUnionTypes: true }).compile(schema);
  }

  /** How many different fields a reading may have, aliases included. */
  get fieldCount(): number {
    return this.fields.size;
  }

  /**
   * @param body a parsed JSON value
   * @param receivedAt epoch ms; the reading's time where it has none, and what its limits are
   *   counted from
   * @param newEventId called only for a reading with neither `event_id` nor time
   * @param explaining false: a refused body gets one error that says no more than that, which costs
   *   a hundredth
   * @param now epoch ms; later than its arrival where it waited in a log. A time of arrival that
   *   stands for the reading's own is checked against it
   */
  parse(
    body: unknown,
    receivedAt: number,
    newEventId: NewEventId,
    explaining = true,
    now = receivedAt,
  ): Parsed {
    if (typeof body !== 'object' || body === null || Array.isArray(body))
      return {
        errors: [
          {
            field: '',
            message: `must be a JSON object, not ${Array.isArray(body) ? 'an array' : body === null ? 'null' : `a ${typeof body}`}`,
          },
        ],
      };
    const fields = body as Record<string, unknown>;
    const reading = this.plain(fields, receivedAt);
    if (reading) return { reading };
    if (!this.accepts(fields)) {
      const errors = explaining ? explain(this.dto, this.fields, fields) : [];
      return {
        errors: errors.length > 0 ? errors : [{ field: '', message: 'is not a valid reading' }],
      };
    }
    return this.normalise(fields, receivedAt, newEventId, now);
  }

  /**
   * The shape that nearly every record has, as ingestion writes it: both ids, `ts` in epoch
   * milliseconds, sensors by their own names, all well. One pass, at half the cost of the schema.
   * Anything else is undefined here, and the schema decides.
   */
  private plain(body: Record<string, unknown>, receivedAt: number): Reading | undefined {
    const { event_id: eventId, device_id: deviceId, ts } = body;
    if (typeof eventId !== 'string' || typeof deviceId !== 'string' || typeof ts !== 'number')
      return undefined;
    const { maxFutureSkewMs, rawRetentionMs } = this.limits;
    if (!(
      Number.isInteger(ts) &&
      ts <= receivedAt + maxFutureSkewMs &&
      ts >= receivedAt - rawRetentionMs
    ))
      return undefined;
    const values: Record<string, number> = {};
    let sensors = 0;
    let attributes: string | undefined;
    for (const field in body) {
      if (field === 'event_id' || field === 'device_id' || field === 'ts') continue;
      const value = body[field];
      // Written so that NaN is refused too.
      if (
        typeof value !== 'number' ||
        !(Math.abs(value) <= MAX_MAGNITUDE) ||
        this.canonical.get(field) !== field
      ) {
        attributes = field === 'attributes' ? attributesText(value) : undefined;
        if (attributes === undefined) return undefined;
        continue;
      }
      values[field] = value;
      sensors++;
    }
    if (sensors === 0 || !this.deviceId.test(deviceId) || !EVENT_ID.test(eventId)) return undefined;
    return attributes === undefined
      ? { eventId, deviceId, ts, values }
      : { eventId, deviceId, ts, values, attributes };
  }

  private normalise(
    body: Record<string, unknown>,
    receivedAt: number,
    newEventId: NewEventId,
    now: number,
  ): Parsed {
    const values: Record<string, number> = {};
    let sensors = 0;
    for (const field in body) {
      const sensor = this.canonical.get(field);
      if (sensor === undefined) continue;
      if (values[sensor] !== undefined)
        return refused(field, `and another field are the same sensor, ${sensor}; send one of them`);
      values[sensor] = body[field] as number;
      sensors++;
    }
    if (sensors === 0)
      return refused(
        '',
        `must have at least one sensor field, such as ${this.canonical.keys().next().value}`,
      );
    const { lat, lon } = body as { lat?: number; lon?: number };
    if ((lat === undefined) !== (lon === undefined))
      return refused(lat === undefined ? 'lat' : 'lon', 'is missing: lat and lon come as a pair');

    const attributes = attributesText(body['attributes']);
    if (attributes === undefined && body['attributes'] !== undefined)
      return { errors: explain(this.dto, this.fields, body) };

    const given = body['ts'] ?? body['timestamp'];
    if (body['ts'] !== undefined && body['timestamp'] !== undefined)
      return refused('timestamp', 'is an alias of ts; send one of them');
    const ts = given === undefined ? receivedAt : parseTimestamp(given);
    const field = body['ts'] === undefined ? 'timestamp' : 'ts';
    if (ts === undefined) return { errors: explain(this.dto, this.fields, body) };
    const { maxFutureSkewMs, rawRetentionMs } = this.limits;
    const countedFrom = given === undefined ? now : receivedAt;
    if (ts > countedFrom + maxFutureSkewMs)
      return refused(
        field,
        `is in the future: at most ${maxFutureSkewMs / 1000} s ahead of its arrival is accepted`,
      );
    if (ts < countedFrom - rawRetentionMs)
      return refused(field, `is older than the ${span(rawRetentionMs)} that raw readings are kept`);

    const deviceId = body['device_id'] as string;
    const eventId = body['event_id'] as string;
    const located =
      lat === undefined
        ? { eventId, deviceId, ts, values }
        : { eventId, deviceId, ts, values, lat, lon: lon! };
    const reading = attributes === undefined ? located : { ...located, attributes };
    if (eventId === undefined)
      reading.eventId = given === undefined ? newEventId() : derivedEventId(reading);
    return { reading };
  }
}

const refused = (field: string, message: string): Parsed => ({ errors: [{ field, message }] });

/** A span of time in words: 30 days, or 29 days and 22 hours. */
function span(ms: number): string {
  const days = Math.floor(ms / 86_400_000);
  const hours = Math.round((ms % 86_400_000) / 3_600_000);
  return hours === 0
    ? `${days} days`
    : days === 0
      ? `${hours} hours`
      : `${days} days and ${hours} hours`;
}
