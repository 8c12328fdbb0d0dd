import { parseWindow } from '@iot/rollup';
import { DEVICE_ID } from '@iot/telemetry';
import { ApiPropertyOptional, PickType } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import {
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateBy,
} from 'class-validator';
import { toInstant, toWholeNumber } from './core/query-values.js';
import { DEFAULT_LIMIT, MAX_LIMIT, type ListQuery } from './core/selection.js';

const INSTANT = 'must be an RFC 3339 time such as 2026-01-31T12:00:00Z, or epoch milliseconds';
const LIMIT = `limit must be a whole number from 1 to ${MAX_LIMIT}`;
const CURSOR = 'cursor must be the next_cursor of a page of this list, unchanged and given once';
const DEVICE = 'device_id must be 1–128 of A-Z a-z 0-9 . _ : -';
const WINDOW = 'window must be a window size from 1s to 31d, such as 1m, 1h, 1d';

const isWindow = (value: unknown): boolean => {
  try {
    return typeof value === 'string' && parseWindow(value).label === value;
  } catch {
    return false;
  }
};

/**
 * Every query parameter there is; a list picks those that it takes. Values are what {@link
 * ListQuery} says, or the request is refused.
 */
class Parameters implements ListQuery {
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: MAX_LIMIT,
    description: `Most rows of the answer. JSON pages have ${DEFAULT_LIMIT} when it is absent; CSV and NDJSON then stream the whole selection.`,
    example: 10,
  })
  @IsOptional()
  @Transform(({ value }) => toWholeNumber(value))
  @IsInt({ message: LIMIT })
  @Min(1, { message: LIMIT })
  @Max(MAX_LIMIT, { message: LIMIT })
  limit?: number | undefined;

  @ApiPropertyOptional({
    type: 'string',
    description:
      'The `next_cursor` of the page before, unchanged. Repeat the other parameters with it; only `limit` may differ.',
  })
  @IsOptional()
  @IsString({ message: CURSOR })
  @MaxLength(1024, { message: CURSOR })
  cursor?: string | undefined;

  @ApiPropertyOptional({
    type: 'string',
    description: 'Earliest time, included. RFC 3339 or epoch milliseconds.',
    example: '2026-01-31T12:00:00Z',
  })
  @IsOptional()
  @Transform(({ value }) => toInstant(value))
  @IsInt({ message: `from ${INSTANT}` })
  from?: number | undefined;

  @ApiPropertyOptional({
    type: 'string',
    description: 'End of the time range, not included. RFC 3339 or epoch milliseconds.',
    example: '1769864400000',
  })
  @IsOptional()
  @Transform(({ value }) => toInstant(value))
  @IsInt({ message: `to ${INSTANT}` })
  to?: number | undefined;

  @ApiPropertyOptional({
    type: 'string',
    pattern: DEVICE_ID.source,
    description: 'Only this device.',
    example: 'device-1',
  })
  @IsOptional()
  @Matches(DEVICE_ID, { message: DEVICE })
  device_id?: string | undefined;

  @ApiPropertyOptional({
    type: 'string',
    description: 'Only this sensor, by its name in the catalogue.',
    example: 'temperature_c',
  })
  @IsOptional()
  @IsString({ message: 'sensor_type must be given once' })
  sensor_type?: string | undefined;

  @ApiPropertyOptional({
    type: 'string',
    description: 'Only rows of this window size.',
    example: '1m',
  })
  @IsOptional()
  @ValidateBy({ name: 'isWindow', validator: { validate: isWindow } }, { message: WINDOW })
  window?: string | undefined;

  @ApiPropertyOptional({ enum: ['active', 'resolved'], description: 'Only alerts in this state.' })
  @IsOptional()
  @IsIn(['active', 'resolved'], { message: 'status must be active or resolved' })
  status?: 'active' | 'resolved' | undefined;

  @ApiPropertyOptional({
    enum: ['warning', 'critical'],
    description: 'Only alerts of this severity.',
  })
  @IsOptional()
  @IsIn(['warning', 'critical'], { message: 'severity must be warning or critical' })
  severity?: 'warning' | 'critical' | undefined;
}

/** Query of `/telemetry` and `/sensors/history`; the times are those of the readings. */
export class ReadingsQuery extends PickType(Parameters, [
  'limit',
  'cursor',
  'from',
  'to',
  'device_id',
  'sensor_type',
] as const) {}
/** Query of `/devices/{id}/telemetry`. */
export class DeviceReadingsQuery extends PickType(Parameters, [
  'limit',
  'cursor',
  'from',
  'to',
  'sensor_type',
] as const) {}
/** Query of `/aggregated`; the times are window starts. */
export class AggregatesQuery extends PickType(Parameters, [
  'limit',
  'cursor',
  'from',
  'to',
  'device_id',
  'sensor_type',
  'window',
] as const) {}
/** Query of `/devices/{id}/aggregates`. */
export class DeviceAggregatesQuery extends PickType(Parameters, [
  'limit',
  'cursor',
  'from',
  'to',
  'sensor_type',
  'window',
] as const) {}
/** Query of `/alerts` (times of the violation) and `/alerts/recent` (times of raising it). */
export class AlertsQuery extends PickType(Parameters, [
  'limit',
  'cursor',
  'from',
  'to',
  'device_id',
  'sensor_type',
  'status',
  'severity',
] as const) {}
/** Query of `/devices`; the times are when a device was last seen. */
export class DevicesQuery extends PickType(Parameters, [
  'limit',
  'cursor',
  'from',
  'to',
  'device_id',
] as const) {}
/** Query of `/sensors/latest`. */
export class LatestQuery extends PickType(Parameters, [
  'limit',
  'cursor',
  'device_id',
  'sensor_type',
] as const) {}
/** Query of routes that take no parameters. */
export class NoQuery {}

export { DEVICE as DEVICE_ID_RULE };
