import { parseWindow } from '@iot/rollup';
import { ApiPropertyOptional, IntersectionType, PickType } from '@nestjs/swagger';
import { IsOptional, ValidateBy } from 'class-validator';
import { Parameters } from '../lists/parameters.js';

const WINDOW = 'window must be a window size from 1s to 31d, such as 1m, 1h, 1d';

const isWindow = (value: unknown): boolean => {
  try {
    return typeof value === 'string' && parseWindow(value).label === value;
  } catch {
    return false;
  }
};

/** What only rollup rows are chosen by. */
export class RollupFilters {
  @ApiPropertyOptional({
    type: 'string',
    description: 'Only rows of this window size.',
    example: '1m',
  })
  @IsOptional()
  @ValidateBy({ name: 'isWindow', validator: { validate: isWindow } }, { message: WINDOW })
  window?: string | undefined;
}

/** Query of `/aggregated`; the times are window starts. */
export class AggregatesQuery extends IntersectionType(
  PickType(Parameters, ['limit', 'cursor', 'from', 'to', 'device_id', 'sensor_type'] as const),
  RollupFilters,
) {}
