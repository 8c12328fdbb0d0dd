import { createRemoteJWKSet, customFetch, decodeJwt, jwtVerify, type JWTPayload } from 'jose';
import { LRUCache } from 'lru-cache';
import type { Principal } from '@iot/access';
import type { AuthorizationServer } from 'oauth4webapi';
import { CLOCK_SKEW_S, faultOf, type TokenFault } from './access-tokens.js';
import { boundedFetch, TIMEOUT_MS } from './bounded-fetch.js';
import { claimedRole } from './core/claimed-role.js';
import { isAccessToken } from './core/is-access-token.js';
import { isSafeAddress } from './oidc-variables.js';
import { ProviderUnavailable } from './refusals.js';

export interface IdentityProviderConfig {
  readonly OIDC_ISSUER: string;
  readonly OIDC_AUDIENCE: string;
  readonly OIDC_ROLE_CLAIM: string;
  readonly OIDC_ROLES: readonly string[];
}

/** Asymmetric all: nobody signs with a key that is published. */
const ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA'],
];
const KEYS_FOR_MS = 600_000;
/** A token of an unknown key has the keys fetched at most so often. */
const FETCH_AGAIN_MS = 30_000;
/** A provider that does not answer is not asked again for so long. */
const UNASKED_MS = 5000;
const REMEMBERED = 10_000;

/** What the provider says of itself, and its keys. */
interface Provider {
  readonly description: AuthorizationServer;
  readonly keys: ReturnType<typeof createRemoteJWKSet>;
}

interface Checked {
  readonly principal: Principal | 'no_role';
  /** Epoch ms. */
  readonly expiresAt: number;
}

/** Lets in who has an access token of an OpenID Connect provider. */
export class IdentityProvider {
  private readonly checked = new LRUCache<string, Checked>({ max: REMEMBERED });
  private found: Promise<Provider> | undefined;
  private unasked = -Infinity;

  constructor(private readonly config: IdentityProviderConfig) {}

  /** Whether a token says that it is of this provider; nothing of it is verified. */
  issued(token: string): boolean {
    try {
      return decodeJwt(token).iss === this.config.OIDC_ISSUER;
    } catch {
      return false;
    }
  }

  /** @throws ProviderUnavailable */
  async identify(token: string, now: Date): Promise<Principal | TokenFault | 'no_role'> {
    const known = this.checked.get(token);
    if (known)
      return now.getTime() < known.expiresAt + CLOCK_SKEW_S * 1000 ? known.principal : 'expired';
    const payload = await this.verify(token, this.config.OIDC_AUDIENCE, now);
    if (typeof payload === 'string') return payload;
    if (!isAccessToken(token, payload)) return 'not_for_us';
    const principal = this.principalOf(payload);
    this.checked.set(token, { principal, expiresAt: payload.exp! * 1000 });
    return principal;
  }

  /**
   * Claims of a token that the provider signed, for `audience`.
   * @throws ProviderUnavailable
   */
  async verify(token: string, audience: string, now: Date): Promise<JWTPayload | TokenFault> {
    try {
      const { payload } = await jwtVerify(token, (await this.provider()).keys, {
        algorithms: ALGORITHMS,
        issuer: this.config.OIDC_ISSUER,
        audience,
        clockTolerance: CLOCK_SKEW_S,
        requiredClaims: ['sub', 'exp'],
        currentDate: now,
      });
      const early = (payload.iat ?? 0) * 1000 > now.getTime() + CLOCK_SKEW_S * 1000;
      return early ? 'not_yet_valid' : payload;
    } catch (error) {
      if (error instanceof ProviderUnavailable) throw error;
      return faultOf(error);
    }
  }

  /** Who somebody is by claims that were verified. */
  principalOf(payload: JWTPayload): Principal | 'no_role' {
    const { OIDC_ROLE_CLAIM, OIDC_ROLES } = this.config;
    const role = claimedRole(payload, OIDC_ROLE_CLAIM, OIDC_ROLES);
    if (role === undefined) return 'no_role';
    const { sub, preferred_username, email } = payload;
    const named = [preferred_username, email].find((it) => typeof it === 'string');
    return { kind: 'oidc', id: sub!, name: (named as string | undefined) ?? sub!, role };
  }

  /** What the provider says of itself. @throws ProviderUnavailable */
  async describe(): Promise<AuthorizationServer> {
    return (await this.provider()).description;
  }

  /** Asked when it is first needed. */
  private provider(): Promise<Provider> {
    if (this.found) return this.found;
    if (performance.now() < this.unasked)
      return Promise.reject(new ProviderUnavailable('the identity provider did not answer'));
    const found = this.discover();
    this.found = found;
    found.catch(() => {
      this.found = undefined;
      this.unasked = performance.now() + UNASKED_MS;
    });
    return found;
  }

  private async discover(): Promise<Provider> {
    const { OIDC_ISSUER } = this.config;
    const url = `${OIDC_ISSUER.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const response = await boundedFetch(url);
    const description = (await response.json().catch(() => ({}))) as Partial<AuthorizationServer>;
    const { issuer, jwks_uri } = description;
    if (issuer !== OIDC_ISSUER || typeof jwks_uri !== 'string' || !URL.canParse(jwks_uri))
      throw new ProviderUnavailable('what the identity provider says of itself is of another one');
    // Who could change the keys on their way would sign for anyone.
    if (!isSafeAddress(jwks_uri))
      throw new ProviderUnavailable(
        'the keys of the identity provider would not come by https, or from this machine',
      );
    const keys = createRemoteJWKSet(new URL(jwks_uri), {
      timeoutDuration: TIMEOUT_MS,
      cooldownDuration: FETCH_AGAIN_MS,
      cacheMaxAge: KEYS_FOR_MS,
      [customFetch]: boundedFetch,
    });
    return { description: { ...description, issuer }, keys };
  }
}
