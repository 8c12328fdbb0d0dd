import { IntersectionType, PickType } from '@nestjs/swagger';
import { Parameters } from '../lists/parameters.js';
import { RollupFilters } from '../rollups/rollups.query.js';

/** Query of `/devices`; the times are when a device was last seen. */
export class DevicesQuery extends PickType(Parameters, [
  'limit',
  'cursor',
  'from',
  'to',
  'device_id',
] as const) {}

/** Query of `/devices/{id}/telemetry`. */
export class DeviceReadingsQuery extends PickType(Parameters, [
  'limit',
  'cursor',
  'from',
  'to',
  'sensor_type',
] as const) {}

/** Query of `/devices/{id}/aggregates`. */
export class DeviceAggregatesQuery extends IntersectionType(DeviceReadingsQuery, RollupFilters) {}
