import { RULE_NAME } from '@iot/alerting';
import { ApiPropertyOptional, IntersectionType, PickType } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsInt, IsOptional, Matches, Min } from 'class-validator';
import { toWholeNumber } from '../lists/core/query-values.js';
import { Parameters } from '../lists/parameters.js';
import type { ShownStatus } from './alert.row.js';

const STATUSES: readonly ShownStatus[] = [
  'pending',
  'active',
  'acknowledged',
  'resolved',
  'lapsed',
];

/** What only alerts are chosen by. */
class AlertFilters {
  @ApiPropertyOptional({
    enum: [...STATUSES],
    description: 'Only alerts in this state; active ones are those that nobody has acknowledged.',
  })
  @IsOptional()
  @IsIn([...STATUSES], { message: `status must be one of ${STATUSES.join(', ')}` })
  status?: ShownStatus | undefined;

  @ApiPropertyOptional({
    description: 'Only alerts of the rule of this name.',
    example: 'hot-press',
  })
  @IsOptional()
  @Matches(RULE_NAME, { message: 'rule must be the name of a rule' })
  rule?: string | undefined;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    description: 'Only alerts that flap: of a rule that raised so many of the device in an hour.',
  })
  @IsOptional()
  @Transform(({ value }) => toWholeNumber(value))
  @IsInt({ message: 'min_raises must be a whole number' })
  @Min(1, { message: 'min_raises must be 1 or more' })
  min_raises?: number | undefined;

  @ApiPropertyOptional({
    enum: ['true', 'false'],
    description: 'Only alerts that a mute covers now, or only those that none does.',
  })
  @IsOptional()
  @IsIn(['true', 'false'], { message: 'muted must be true or false' })
  muted?: 'true' | 'false' | undefined;

  @ApiPropertyOptional({
    enum: ['warning', 'critical'],
    description: 'Only alerts of this severity.',
  })
  @IsOptional()
  @IsIn(['warning', 'critical'], { message: 'severity must be warning or critical' })
  severity?: 'warning' | 'critical' | undefined;
}

/** Query of `/alerts` (times of the violation) and `/alerts/recent` (times of raising it). */
export class AlertsQuery extends IntersectionType(
  PickType(Parameters, ['limit', 'cursor', 'from', 'to', 'device_id', 'sensor_type'] as const),
  AlertFilters,
) {}
