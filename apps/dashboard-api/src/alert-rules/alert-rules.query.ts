import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsInt, IsOptional, Min } from 'class-validator';
import { toWholeNumber } from '../lists/core/query-values.js';

/** Query of what changes a rule. */
export class RuleQuery {
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 0,
    description:
      'The change is made only while this is the newest version (0: while there is no such rule); otherwise 409.',
  })
  @IsOptional()
  @Transform(({ value }) => toWholeNumber(value))
  @IsInt({ message: 'version must be a whole number' })
  @Min(0, { message: 'version must be a whole number' })
  version?: number | undefined;
}
