import { ApiPropertyOptional, IntersectionType, PickType } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';
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

/** Query of `/devices/search`. */
export class DeviceSearchQuery extends PickType(Parameters, ['limit'] as const) {
  @ApiPropertyOptional({
    type: 'string',
    description: 'How the id begins; absent: any.',
    example: 'sensor-',
  })
  @IsOptional()
  @IsString({ message: 'prefix must be given once' })
  @MaxLength(128, { message: 'prefix must have 128 characters at most' })
  prefix?: string | undefined;
}
