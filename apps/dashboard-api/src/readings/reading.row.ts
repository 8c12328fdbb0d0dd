import { FIXED_RAW_FIELDS, type RawDocument } from '@iot/mongo';
import { ApiSchema } from '@nestjs/swagger';
import { EARLY, LATER } from '../lists/examples.js';
import { fieldsOf } from '../lists/row.js';

export const isSensorField = (name: string): boolean => !FIXED_RAW_FIELDS.has(name);

export const sensorValues = (document: RawDocument): [string, number][] =>
  Object.entries(document).filter(
    (entry): entry is [string, number] => isSensorField(entry[0]) && typeof entry[1] === 'number',
  );

const { computed, field, time, sensor } = fieldsOf<RawDocument>();
/** A position has both, or neither counts. */
const located = ({ lat, lon }: RawDocument): boolean => lat !== undefined && lon !== undefined;
const degrees = (example: number) => ({ type: Number, required: false, example });

/** What stands in a document as JSON text; null where somebody wrote what is none. */
function attributesOf({ attributes }: RawDocument): Readonly<Record<string, unknown>> | null {
  try {
    return JSON.parse(attributes!) as Record<string, unknown>;
  } catch {
    return null;
  }
}

/** A reading as served. Its sensor values stand beside the fixed fields, by catalogue name. */
@ApiSchema({
  description: 'A reading. Values of other sensors of the catalogue stand beside those shown.',
} as never)
export class TelemetryRow {
  [sensor: string]: string | number | object | null | undefined;
  // What an older version stored has its event's id in _id.
  @computed(({ event_id, _id }) => event_id ?? _id, { example: 'e-42' }) event_id!: string;
  @field({ example: 'device-1' }) device_id!: string;
  @time(EARLY, 'When it was measured') ts!: string | null;
  @time(LATER, 'When it arrived') received_at!: string | null;
  @sensor(sensorValues, 21.5) temperature_c?: number;
  @sensor(sensorValues, 40.2) humidity?: number;
  @sensor(sensorValues, 229.8) voltage?: number;
  @sensor(sensorValues, 1.25) current?: number;
  @sensor(sensorValues, 1013.2) pressure?: number;
  @computed((at) => (located(at) ? at.lat : undefined), degrees(52.52)) lat?: number | undefined;
  @computed((at) => (located(at) ? at.lon : undefined), degrees(13.4)) lon?: number | undefined;
  @computed(
    (document) => (document.attributes === undefined ? undefined : attributesOf(document)),
    {
      type: 'object',
      additionalProperties: true,
      nullable: true,
      description: 'What the device sent beside its values. In CSV as JSON text',
      example: { signal: -67, status: 'running' },
      required: false,
    } as never,
    () => [
      {
        name: 'attributes',
        cell: ({ attributes }) =>
          attributes === undefined ? undefined : JSON.stringify(attributes),
      },
    ],
  )
  attributes?: Readonly<Record<string, unknown>> | null | undefined;
}
