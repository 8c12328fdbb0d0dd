import { ROLES, type Role } from '@iot/access';
import { USER_NAME_RULE } from '@iot/accounts';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsOptional, IsString } from 'class-validator';

const ROLE = { message: `role must be one of ${ROLES.join(', ')}` };

/** Body of `POST /users`. */
export class CreateUserBody {
  @ApiProperty({ example: 'ada', description: `It ${USER_NAME_RULE}` })
  @IsString({ message: 'name must be a text' })
  name!: string;

  @ApiProperty({ enum: ROLES })
  @IsIn(ROLES, ROLE)
  role!: Role;

  @ApiPropertyOptional({
    format: 'password',
    description: '12 to 256 characters; without it one is made, and answered this once',
  })
  @IsOptional()
  @IsString({ message: 'password must be a text' })
  password?: string;
}

/** Body of `PATCH /users/{name}`. */
export class ChangeUserBody {
  @ApiPropertyOptional({ enum: ROLES })
  @IsOptional()
  @IsIn(ROLES, ROLE)
  role?: Role;

  @ApiPropertyOptional({ description: 'true: may not log in, and is logged out' })
  @IsOptional()
  @IsBoolean({ message: 'blocked must be true or false' })
  blocked?: boolean;
}

/** Body of `POST /users/{name}/password`. */
export class SetPasswordBody {
  @ApiPropertyOptional({
    format: 'password',
    description: '12 to 256 characters; without it one is made, and answered this once',
  })
  @IsOptional()
  @IsString({ message: 'password must be a text' })
  password?: string;
}

/** A user who was made. */
export class MadeUserAnswer {
  @ApiProperty({ example: 'ada' }) name!: string;
  @ApiProperty({ enum: ROLES }) role!: Role;
  @ApiPropertyOptional({ description: 'Where none was given: shown this once' }) password?: string;
}

/** A password that was set. */
export class PasswordAnswer {
  @ApiPropertyOptional({ description: 'Where none was given: shown this once' }) password?: string;
}
