import { ROLES, type Role } from '@iot/access';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Max, Min } from 'class-validator';
import { toInstant } from '../lists/core/query-values.js';

const OVERLAP = 'overlap_s must be a whole number from 0 to 7776000';

/** Body of `POST /tokens`. */
export class CreateTokenBody {
  @ApiProperty({ example: 'Grafana' })
  @IsString({ message: 'name must be a text' })
  name!: string;

  @ApiProperty({ enum: ROLES })
  @IsIn(ROLES, { message: `role must be one of ${ROLES.join(', ')}` })
  role!: Role;

  @ApiPropertyOptional({
    type: 'string',
    example: '2027-01-31T12:00:00Z',
    description: 'RFC 3339; without it the token is valid until it is revoked',
  })
  @IsOptional()
  @Transform(({ value }) => toInstant(value))
  @IsInt({ message: 'expires_at must be an RFC 3339 time such as 2027-01-31T12:00:00Z' })
  expires_at?: number;
}

/** Body of what gives something a new secret. */
export class RotateBody {
  @ApiPropertyOptional({
    type: 'integer',
    default: 86_400,
    description: 'Seconds that the present secret is valid beside the new one',
  })
  @IsOptional()
  @IsInt({ message: OVERLAP })
  @Min(0, { message: OVERLAP })
  @Max(7_776_000, { message: OVERLAP })
  overlap_s?: number;
}

/** A token that was made, or has a new secret. */
export class IssuedTokenAnswer {
  @ApiProperty({ example: 't3fK9sLq0Zx1' }) id!: string;
  @ApiProperty({ description: 'Shown this once', example: 'iots_…' }) token!: string;
}
