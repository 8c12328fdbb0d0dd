import { ApiPropertyOptional, IntersectionType, PickType } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { Parameters } from '../lists/parameters.js';

/** What only alerts are chosen by. */
class AlertFilters {
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

/** Query of `/alerts` (times of the violation) and `/alerts/recent` (times of raising it). */
export class AlertsQuery extends IntersectionType(
  PickType(Parameters, ['limit', 'cursor', 'from', 'to', 'device_id', 'sensor_type'] as const),
  AlertFilters,
) {}
