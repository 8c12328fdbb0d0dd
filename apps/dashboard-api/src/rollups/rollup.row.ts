import type { RollupDocument } from '@iot/mongo';
import { EARLY, LATER } from '../lists/examples.js';
import { fieldsOf } from '../lists/row.js';

const { field, time } = fieldsOf<RollupDocument>();

/** A rollup row as served; `timestamp` is the start of the window. */
export class AggregateRow {
  @field({ example: 'device-1' }) device_id!: string;
  @field({ example: 'temperature_c' }) sensor_type!: string;
  @field({ example: '1m' }) window!: string;
  @time(EARLY, 'Start of the window, which ends before the next one starts')
  timestamp!: string | null;
  @field({ example: 60, type: 'integer' }) count!: number;
  @field({ example: 1290 }) sum!: number;
  @field({ example: 21.1 }) min!: number;
  @field({ example: 21.9 }) max!: number;
  @field({ example: 21.5 }) average!: number;
  @field({ example: 3, type: 'integer', description: 'Grows with every change of the row' })
  version!: number;
  @time(LATER) updated_at!: string | null;
}
