import { ROLES, type Principal, type Role } from '@iot/access';
import type { Granted } from '@iot/accounts';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

/** Who somebody is who logged in, and what they ask with from now on. */
export class LoggedIn {
  @ApiProperty({ example: 'ada' }) user!: string;
  @ApiProperty({ enum: ROLES }) role!: Role;
  @ApiProperty({ example: 'Bearer' }) token_type!: 'Bearer';
  @ApiProperty({ example: 600, description: 'Seconds that the access token is valid' })
  expires_in!: number;
  @ApiProperty({ format: 'date-time', description: 'When one has to log in again' })
  session_ends_at!: string;
  @ApiPropertyOptional({ description: 'JWT; not where cookies were asked for' })
  access_token?: string;
  @ApiPropertyOptional({ description: 'For POST /auth/refresh, once; not with cookies' })
  refresh_token?: string;
  @ApiPropertyOptional({ description: 'With cookies: to send as X-CSRF-Token with each change' })
  csrf_token?: string;
}

/** Who asks. */
export class Me {
  @ApiProperty({ enum: ['user', 'token', 'oidc', 'anonymous'] }) kind!: Principal['kind'];
  @ApiProperty({ example: 'ada' }) id!: string;
  @ApiProperty({ example: 'ada' }) name!: string;
  @ApiProperty({ enum: ROLES }) role!: Role;
}

/** How a browser logs in by the identity provider. */
export class OidcWay {
  @ApiProperty({ example: 'your organisation', description: 'What the provider is called' })
  name!: string;
  @ApiProperty({
    example: '/auth/oidc/start',
    description: 'Where the browser goes; `to` is the view of the page that it wants afterwards',
  })
  url!: string;
}

/** How one may log in here. */
export class Ways {
  @ApiProperty({ description: 'false: nobody needs to, and anyone may do everything' })
  auth!: boolean;
  @ApiProperty({ description: 'By name and password: POST /auth/login' }) password!: boolean;
  @ApiProperty({
    type: () => OidcWay,
    nullable: true,
    description: 'By the identity provider; null: there is none for browsers',
  })
  oidc!: OidcWay | null;
}

/** Public keys that verify access tokens (RFC 7517). */
export class KeySet {
  @ApiProperty({ type: 'array', items: { type: 'object', additionalProperties: true } })
  keys!: readonly object[];
}

const base = ({ user, role, expiresInS, endsAt }: Granted): LoggedIn => ({
  user,
  role,
  token_type: 'Bearer',
  expires_in: expiresInS,
  session_ends_at: endsAt.toISOString(),
});
export const withTokens = (granted: Granted): LoggedIn => ({
  ...base(granted),
  access_token: granted.accessToken,
  refresh_token: granted.refreshToken,
});
export const withCookies = (granted: Granted, csrf: string): LoggedIn => ({
  ...base(granted),
  csrf_token: csrf,
});
