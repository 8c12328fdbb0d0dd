import type { RowOf } from '../lists/core/page.js';
import { EARLY } from '../lists/examples.js';
import { fieldsOf, formOf } from '../lists/row.js';

/** One value of one sensor of one device, as documents have it. */
interface SensorValue {
  readonly device_id: string;
  readonly sensor_type: string;
  readonly value: number;
  readonly ts: Date;
}

const { field, time } = fieldsOf<SensorValue>();

/** The same as served. */
export class SensorRow {
  @field({ example: 'device-1' }) device_id!: string;
  @field({ example: 'temperature_c' }) sensor_type!: string;
  @field({ example: 21.5 }) value!: number;
  @time(EARLY) ts!: string | null;
}

const { fromDocument } = formOf<SensorValue, SensorRow>(SensorRow);

/** Rows of the values that one document has, by the sensor's name; of `only` that sensor. */
export const sensorRows = (values: readonly SensorValue[], only?: string): RowOf<SensorRow>[] =>
  values
    .filter(({ sensor_type }) => only === undefined || sensor_type === only)
    .sort((a, b) => (a.sensor_type < b.sensor_type ? -1 : 1))
    .map((value) => ({ part: value.sensor_type, row: fromDocument(value) }));
