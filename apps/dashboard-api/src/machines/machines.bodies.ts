import { PROGRAM_BYTES, TRIAL_READINGS } from '@iot/logic';
import { ApiProperty, ApiPropertyOptional, PickType } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import { toInstant } from '../lists/core/query-values.js';
import { Parameters } from '../lists/parameters.js';

const EXAMPLE =
  'function process(data, state) {\n  state.count = (state.count ?? 0) + 1;\n  return state;\n}';
const CURSOR = 'cursor must be the next_cursor of a page of this list';
const LIMIT = `limit must be a whole number from 1 to ${TRIAL_READINGS}`;
const INSTANT = 'must be an RFC 3339 time, or epoch milliseconds';

class Fresh {
  @ApiPropertyOptional({
    description: 'true: machines begin with an empty state; otherwise they keep the one they have',
  })
  @IsOptional()
  @IsBoolean({ message: 'new_state must be true or false' })
  new_state?: boolean;
}

/** Body of `POST /machines/{id}/logic`. */
export class LogicBody extends Fresh {
  @ApiProperty({
    description: `JavaScript with a function process(data, state, context), at most ${PROGRAM_BYTES} bytes`,
    example: EXAMPLE,
  })
  @IsString({ message: 'logic must be a text' })
  logic!: string;

  @ApiPropertyOptional({ description: 'What changed, for people', example: 'counts readings' })
  @IsOptional()
  @IsString({ message: 'note must be a text' })
  @MaxLength(500, { message: 'note must have 500 characters at most' })
  note?: string;
}

/** Body of `POST /machines/{id}/logic/activate`. */
export class ActivateBody extends Fresh {
  @ApiProperty({ example: 3, type: 'integer' })
  @IsInt({ message: 'version must be a whole number' })
  @Min(1, { message: 'version must be 1 or more' })
  version!: number;
}

/** Body of `POST /machines/{id}/logic/try`. */
export class TryBody {
  @ApiPropertyOptional({ description: 'The draft; absent: the active version', example: EXAMPLE })
  @IsOptional()
  @IsString({ message: 'logic must be a text' })
  logic?: string;

  @ApiPropertyOptional({
    description: 'Readings to run it on; absent: those that are stored from `from` to `to`',
    type: 'array',
    items: { type: 'object' },
    example: [{ temperature_c: 21.5 }],
  })
  @IsOptional()
  @IsArray({ message: 'readings must be an array' })
  @ArrayMaxSize(TRIAL_READINGS, { message: `readings must be ${TRIAL_READINGS} at most` })
  @IsObject({ each: true, message: 'each of readings must be an object' })
  readings?: Record<string, unknown>[];

  @ApiPropertyOptional({
    type: 'string',
    description: 'Earliest time; absent: an hour before `to`',
  })
  @IsOptional()
  @Transform(({ value }) => toInstant(value))
  @IsInt({ message: `from ${INSTANT}` })
  from?: number;

  @ApiPropertyOptional({ type: 'string', description: 'End of the range, excluded; absent: now' })
  @IsOptional()
  @Transform(({ value }) => toInstant(value))
  @IsInt({ message: `to ${INSTANT}` })
  to?: number;

  @ApiPropertyOptional({ type: 'integer', description: 'Most stored readings', example: 100 })
  @IsOptional()
  @IsInt({ message: LIMIT })
  @Min(1, { message: LIMIT })
  @Max(TRIAL_READINGS, { message: LIMIT })
  limit?: number;

  @ApiPropertyOptional({
    description: 'The state to begin with, as any JSON value; absent: a copy of the machine’s',
    type: 'object',
    additionalProperties: true,
    example: {},
  })
  @IsOptional()
  state?: unknown;
}

/** Query of `GET /machines`. */
export class MachinesQuery extends PickType(Parameters, ['limit'] as const) {
  @ApiPropertyOptional({ description: 'The `next_cursor` of the page before' })
  @IsOptional()
  @Matches(/^[A-Za-z0-9._:-]{1,128}$/, { message: CURSOR })
  cursor?: string;

  @ApiPropertyOptional({ enum: ['true', 'false'], description: 'Only those whose program is held' })
  @IsOptional()
  @IsIn(['true', 'false'], { message: 'held must be true or false' })
  held?: string;
}

/** Query of `GET /machines/{id}/logic/history`. */
export class VersionsQuery extends PickType(Parameters, ['limit'] as const) {
  @ApiPropertyOptional({ type: 'string', description: 'The `next_cursor` of the page before' })
  @IsOptional()
  @Matches(/^\d{1,15}$/, { message: CURSOR })
  cursor?: string;
}
