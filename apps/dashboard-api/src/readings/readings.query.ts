import { PickType } from '@nestjs/swagger';
import { Parameters } from '../lists/parameters.js';

/** Query of `/telemetry` and `/sensors/history`; the times are those of the readings. */
export class ReadingsQuery extends PickType(Parameters, [
  'limit',
  'cursor',
  'from',
  'to',
  'device_id',
  'sensor_type',
] as const) {}
