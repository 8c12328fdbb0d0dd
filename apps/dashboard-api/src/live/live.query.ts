import { PickType } from '@nestjs/swagger';
import { Parameters } from '../lists/parameters.js';

/** Query of `/live`. */
export class LiveQuery extends PickType(Parameters, ['device_id'] as const) {}
