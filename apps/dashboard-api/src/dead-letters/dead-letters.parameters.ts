import { ApiProperty, ApiPropertyOptional, PickType } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import {
  IsBoolean,
  IsInt,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import { toWholeNumber } from '../lists/core/query-values.js';
import { Parameters } from '../lists/parameters.js';

const WORD = 'must be a text of 1 to 249 characters, given once';
/** More is for `telemetryctl dlq redrive`, which nobody waits for in front of a page. */
export const MOST_REDRIVEN = 10_000;
const LIMIT = `limit must be a whole number from 1 to ${MOST_REDRIVEN}`;

/** Which dead letters; all that are given must hold. */
class Failure extends PickType(Parameters, ['from', 'to'] as const) {
  @ApiPropertyOptional({ description: 'Of this consumer group', example: 'aggregator-worker' })
  @IsOptional()
  @Matches(/^.{1,249}$/s, { message: `group ${WORD}` })
  group?: string;

  @ApiPropertyOptional({ description: 'Failed at this stage', example: 'decode' })
  @IsOptional()
  @Matches(/^.{1,249}$/s, { message: `stage ${WORD}` })
  stage?: string;

  @ApiPropertyOptional({ description: 'Failed for this reason', example: 'invalid_reading' })
  @IsOptional()
  @Matches(/^.{1,249}$/s, { message: `reason ${WORD}` })
  reason?: string;

  @ApiPropertyOptional({ description: 'With this key', example: 'device-1' })
  @IsOptional()
  @Matches(/^.{1,249}$/s, { message: `device_id ${WORD}` })
  device_id?: string;
}

/** Query of `GET /dead-letters`. */
export class DeadLettersQuery extends Failure {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 1000, example: 100 })
  @IsOptional()
  @Transform(({ value }) => toWholeNumber(value))
  @IsInt({ message: 'limit must be a whole number from 1 to 1000' })
  @Min(1, { message: 'limit must be a whole number from 1 to 1000' })
  @Max(1000, { message: 'limit must be a whole number from 1 to 1000' })
  limit?: number;
}

/** Body of `POST /dead-letters/redrive`. */
export class RedriveBody extends Failure {
  @ApiPropertyOptional({ description: 'The one at this place', example: 'telemetry.dlq/0/12' })
  @IsOptional()
  @IsString({ message: 'place must be topic/partition/offset' })
  @MaxLength(300, { message: 'place must be topic/partition/offset' })
  place?: string;

  @ApiProperty({ description: 'true: say what would be sent, and send nothing' })
  @IsBoolean({ message: 'dry_run must be true or false' })
  dry_run!: boolean;

  @ApiPropertyOptional({ type: 'integer', description: 'Send so many at most', example: 1000 })
  @IsOptional()
  @IsInt({ message: LIMIT })
  @Min(1, { message: LIMIT })
  @Max(MOST_REDRIVEN, { message: LIMIT })
  limit?: number;

  @ApiPropertyOptional({ description: 'Send also what was sent from its place before' })
  @IsOptional()
  @IsBoolean({ message: 'again must be true or false' })
  again?: boolean;

  @ApiPropertyOptional({ description: 'Send also what failed again after three redrives' })
  @IsOptional()
  @IsBoolean({ message: 'force must be true or false' })
  force?: boolean;
}
