import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsOptional, IsString } from 'class-validator';

/** Body of `POST /auth/login`. */
export class LogInBody {
  @ApiProperty({ example: 'ada' })
  @IsString({ message: 'name must be a text' })
  name!: string;

  @ApiProperty({ example: 'correct horse battery staple', format: 'password' })
  @IsString({ message: 'password must be a text' })
  password!: string;

  @ApiPropertyOptional({
    description: 'true: a browser keeps the tokens in cookies, and the answer has none',
  })
  @IsOptional()
  @IsBoolean({ message: 'cookies must be true or false' })
  cookies?: boolean;
}

/** Body of `POST /auth/refresh` and `POST /auth/logout`; a browser's cookie says it otherwise. */
export class RefreshBody {
  @ApiPropertyOptional({ description: 'Without it, the cookie of a browser counts' })
  @IsOptional()
  @IsString({ message: 'refresh_token must be a text' })
  refresh_token?: string;
}

/** Body of `POST /auth/password`. */
export class PasswordBody {
  @ApiProperty({ format: 'password' })
  @IsString({ message: 'password must be a text' })
  password!: string;

  @ApiProperty({ format: 'password', description: '12 to 256 characters' })
  @IsString({ message: 'new_password must be a text' })
  new_password!: string;
}
