import { SCOPE_RULE } from '@iot/credentials';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsInt,
  IsOptional,
  IsString,
  Matches,
} from 'class-validator';
import { toInstant } from '../lists/core/query-values.js';

const SCOPE = /^(\*|[A-Za-z0-9._:-]{1,128}|[A-Za-z0-9._:-]{1,127}\*)$/;
const DEVICE = /^[A-Za-z0-9._:-]{1,128}$/;

/** Body of `POST /keys` and `POST /groups`. */
export class CreateCredentialBody {
  @ApiProperty({ example: 'press 1' })
  @Matches(/^[^\p{C}]{1,100}$/u, { message: 'name must be 1–100 characters that can be printed' })
  name!: string;

  @ApiProperty({ example: 'plant-7.*', description: `It ${SCOPE_RULE}` })
  @Matches(SCOPE, { message: `scope ${SCOPE_RULE}` })
  scope!: string;

  @ApiPropertyOptional({
    type: 'string',
    example: '2027-01-31T12:00:00Z',
    description: 'RFC 3339; without it, it is valid until it is revoked',
  })
  @IsOptional()
  @Transform(({ value }) => toInstant(value))
  @IsInt({ message: 'expires_at must be an RFC 3339 time such as 2027-01-31T12:00:00Z' })
  expires_at?: number;
}

/** Body of `POST /groups/{id}/keys`. */
export class DevicesBody {
  @ApiProperty({ type: [String], example: ['plant-7.press-1'] })
  @IsArray({ message: 'device_ids must be a list of device ids' })
  @ArrayMinSize(1, { message: 'device_ids must name 1 to 1000 devices' })
  @ArrayMaxSize(1000, { message: 'device_ids must name 1 to 1000 devices' })
  @Matches(DEVICE, { each: true, message: 'device_ids must be device ids' })
  device_ids!: string[];
}

/** Body of `PUT /groups/{id}/blocked/{device}`. */
export class BlockBody {
  @ApiPropertyOptional({ example: 'stolen' })
  @IsOptional()
  @IsString({ message: 'reason must be a text' })
  reason?: string;
}

/** A key or a group as served: never a secret, nor the hash of it. */
export class CredentialRow {
  @ApiProperty({ example: 'k3fK9sLq0Zx1' }) id!: string;
  @ApiProperty({ example: 'press 1' }) name!: string;
  @ApiProperty({ example: 'plant-7.*' }) scope!: string;
  @ApiProperty({ example: '2026-01-31T12:00:00.000Z' }) created_at!: string;
  @ApiProperty({ type: 'string', nullable: true, example: null } as never)
  expires_at!: string | null;
  @ApiProperty({ example: 'valid' }) state!: string;
  @ApiPropertyOptional({ type: [String], description: 'Blocked devices of a group' })
  blocked?: readonly string[];
}

/** All keys, or all groups, by name. */
export class CredentialRows {
  @ApiProperty({ type: [CredentialRow] }) data!: CredentialRow[];
}

/** A secret that was made: of a key the key, of a group what the keys of its devices follow from. */
export class IssuedCredential {
  @ApiProperty({ example: 'k3fK9sLq0Zx1' }) id!: string;
  @ApiProperty({ description: 'Shown this once' }) secret!: string;
}

/** Keys of devices of a group. */
export class GroupKeys {
  @ApiProperty({
    type: 'array',
    items: {
      type: 'object',
      properties: { device_id: { type: 'string' }, key: { type: 'string' } },
    },
  })
  keys!: { readonly device_id: string; readonly key: string }[];
}
