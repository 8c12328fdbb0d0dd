import { errors, jwtVerify, SignJWT } from 'jose';
import { isRole, type Role } from '@iot/access';
import { ALGORITHMS, type SigningKeys } from './signing-keys.js';

const ISSUER = 'iot-telemetry';
const TYPE = 'at+jwt';
/** How far clocks may differ. */
export const CLOCK_SKEW_S = 60;

/** Who an access token is for. */
export interface Claims {
  readonly user: string;
  readonly role: Role;
  readonly session: string;
  /** Epoch ms. */
  readonly expiresAt: number;
}

/** Why a token is not good. */
export type TokenFault =
  | 'malformed'
  | 'bad_algorithm'
  | 'bad_signature'
  | 'unknown_key'
  | 'not_for_us'
  | 'expired'
  | 'not_yet_valid';

/** Signs access tokens, short-lived JWTs, and verifies them. */
export class AccessTokens {
  constructor(
    private readonly keys: SigningKeys,
    private readonly lifeMs: number,
  ) {}

  async sign(
    { user, role, session }: Omit<Claims, 'expiresAt'>,
    now: number,
  ): Promise<{ readonly token: string; readonly expiresInS: number }> {
    const { alg, kid, privateKey } = this.keys.current;
    const iat = Math.floor(now / 1000);
    const expiresInS = Math.floor(this.lifeMs / 1000);
    const token = await new SignJWT({ role, sid: session })
      .setProtectedHeader({ alg, kid, typ: TYPE })
      .setIssuer(ISSUER)
      .setAudience(ISSUER)
      .setSubject(user)
      .setIssuedAt(iat)
      .setExpirationTime(iat + expiresInS)
      .sign(privateKey);
    return { token, expiresInS };
  }

  /** @param now epoch ms */
  async verify(token: string, now: number): Promise<Claims | TokenFault> {
    try {
      const { payload } = await jwtVerify(
        token,
        ({ kid }) => {
          const key = this.keys.all.find((it) => it.kid === kid);
          if (!key) throw new errors.JWKSNoMatchingKey();
          return key.publicKey;
        },
        {
          algorithms: [...ALGORITHMS],
          issuer: ISSUER,
          audience: ISSUER,
          typ: TYPE,
          clockTolerance: CLOCK_SKEW_S,
          maxTokenAge: Math.floor(this.lifeMs / 1000),
          requiredClaims: ['sub', 'sid', 'role', 'exp'],
          currentDate: new Date(now),
        },
      );
      const { sub, sid, role, exp } = payload;
      if (typeof sid !== 'string' || !isRole(role)) return 'malformed';
      return { user: sub!, role, session: sid, expiresAt: exp! * 1000 };
    } catch (error) {
      return faultOf(error);
    }
  }
}

/** What is wrong with a token, by the error of `jose`. What cannot be read is malformed. */
export function faultOf(error: unknown): TokenFault {
  if (error instanceof errors.JWTExpired) return 'expired';
  if (error instanceof errors.JWTClaimValidationFailed)
    return error.reason !== 'check_failed'
      ? 'malformed'
      : ['nbf', 'iat'].includes(error.claim)
        ? 'not_yet_valid'
        : 'not_for_us';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'bad_signature';
  if (error instanceof errors.JOSEAlgNotAllowed) return 'bad_algorithm';
  if (error instanceof errors.JWKSNoMatchingKey) return 'unknown_key';
  return 'malformed';
}
