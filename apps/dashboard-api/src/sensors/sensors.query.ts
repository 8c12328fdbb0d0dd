import { PickType } from '@nestjs/swagger';
import { Parameters } from '../lists/parameters.js';

/** Query of `/sensors/latest`. */
export class LatestQuery extends PickType(Parameters, [
  'limit',
  'cursor',
  'device_id',
  'sensor_type',
] as const) {}
