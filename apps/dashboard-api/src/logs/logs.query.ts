import { LEVELS, type Level } from '@iot/logs';
import { ApiProperty, ApiPropertyOptional, IntersectionType, PickType } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Length, Matches } from 'class-validator';
import { toInstant } from '../lists/core/query-values.js';
import { Parameters } from '../lists/parameters.js';

const FROM =
  'from must be there, and be an RFC 3339 time such as 2026-01-31T12:00:00Z, or epoch milliseconds';
const TEXT = 'text must be 2–200 characters, given once';
const LONGEST_NAME = 200;

/** What lines are chosen by, in the past and as they come. */
export class LogFilters {
  @ApiPropertyOptional({
    type: String,
    description: 'Only of this service.',
    example: 'aggregator-worker',
  })
  @IsOptional()
  @IsString({ message: 'service must be given once' })
  @Length(1, LONGEST_NAME, { message: `service must be 1–${LONGEST_NAME} characters` })
  service?: string | undefined;

  @ApiPropertyOptional({ enum: LEVELS, description: 'Only lines of this level, or worse.' })
  @IsOptional()
  @IsIn(LEVELS, { message: `level must be one of ${LEVELS.join(', ')}` })
  level?: Level | undefined;

  @ApiPropertyOptional({
    type: String,
    description: 'Only of this trace.',
    example: '4bf92f3577b34da6a3ce929d0e0e4736',
  })
  @IsOptional()
  @Matches(/^[\da-f]{32}$/, { message: 'trace_id must be 32 hexadecimal digits in small letters' })
  trace_id?: string | undefined;

  @ApiPropertyOptional({ type: String, description: 'Only about this event.', example: 'e-1' })
  @IsOptional()
  @IsString({ message: 'event_id must be given once' })
  @Length(1, LONGEST_NAME, { message: `event_id must be 1–${LONGEST_NAME} characters` })
  event_id?: string | undefined;

  @ApiPropertyOptional({
    type: String,
    description: 'Only lines whose text has this in it, in large or small letters.',
    example: 'cannot store',
  })
  @IsOptional()
  @IsString({ message: TEXT })
  @Length(2, 200, { message: TEXT })
  text?: string | undefined;
}

class LogRange {
  @ApiProperty({
    type: 'string',
    description: 'Earliest time, included. RFC 3339 or epoch milliseconds.',
    example: '2026-01-31T12:00:00Z',
  })
  @Transform(({ value }) => toInstant(value))
  @IsInt({ message: FROM })
  from!: number;
}

/** Query of `/logs`. */
export class LogsQuery extends IntersectionType(
  LogRange,
  PickType(Parameters, ['to', 'limit', 'cursor', 'device_id'] as const),
  LogFilters,
) {}

/** Query of `/logs/tail`. */
export class TailQuery extends IntersectionType(
  PickType(Parameters, ['device_id'] as const),
  LogFilters,
) {}
