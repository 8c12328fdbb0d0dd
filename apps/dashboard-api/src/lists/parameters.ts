import { DEVICE_ID } from '@iot/telemetry';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsInt, IsOptional, IsString, Matches, Max, MaxLength, Min } from 'class-validator';
import { toInstant, toWholeNumber } from './core/query-values.js';
import { DEFAULT_LIMIT, MAX_LIMIT, type ListQuery } from './core/selection.js';

const INSTANT = 'must be an RFC 3339 time such as 2026-01-31T12:00:00Z, or epoch milliseconds';
const LIMIT = `limit must be a whole number from 1 to ${MAX_LIMIT}`;
const CURSOR = 'cursor must be the next_cursor of a page of this list, unchanged and given once';
export const DEVICE_ID_RULE = 'device_id must be 1–128 of A-Z a-z 0-9 . _ : -';

/**
 * Query parameters that lists have in common; a list picks those that it takes, and adds its own
 * (IntersectionType keeps the order in which a refusal names them). Values are what {@link
 * ListQuery} says, or the request is refused.
 */
export class Parameters implements ListQuery {
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
  @Matches(DEVICE_ID, { message: DEVICE_ID_RULE })
  device_id?: string | undefined;

  @ApiPropertyOptional({
    type: 'string',
    description: 'Only this sensor, by its name in the catalogue.',
    example: 'temperature_c',
  })
  @IsOptional()
  @IsString({ message: 'sensor_type must be given once' })
  sensor_type?: string | undefined;
}

/** Query of routes that take no parameters. */
export class NoQuery {}
