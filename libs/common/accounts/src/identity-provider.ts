import { createRemoteJWKSet, customFetch, decodeJwt, jwtVerify, type JWTPayload } from 'jose';
import { LRUCache } from 'lru-cache';
import type { Principal } from '@iot/access';
import { CLOCK_SKEW_S, faultOf, type TokenFault } from './access-tokens.js';
import { claimedRole } from './core/claimed-role.js';
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
const TIMEOUT_MS = 5000;
const MOST_BYTES = 262_144;
const KEYS_FOR_MS = 600_000;
/** A token of an unknown key has the keys fetched at most so often. */
const FETCH_AGAIN_MS = 30_000;
/** A provider that does not answer is not asked again for so long. */
const UNASKED_MS = 5000;
const REMEMBERED = 10_000;

interface Checked {
  readonly principal: Principal | 'no_role';
  /** Epoch ms. */
  readonly expiresAt: number;
}

/** Lets in who has an access token of an OpenID Connect provider. */
export class IdentityProvider {
  private readonly checked = new LRUCache<string, Checked>({ max: REMEMBERED });
  private keys: Promise<ReturnType<typeof createRemoteJWKSet>> | undefined;
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
    try {
      const { payload } = await jwtVerify(token, await this.keysOf(), {
        algorithms: ALGORITHMS,
        issuer: this.config.OIDC_ISSUER,
        audience: this.config.OIDC_AUDIENCE,
        clockTolerance: CLOCK_SKEW_S,
        requiredClaims: ['sub', 'exp'],
        currentDate: now,
      });
      if ((payload.iat ?? 0) * 1000 > now.getTime() + CLOCK_SKEW_S * 1000) return 'not_yet_valid';
      const principal = this.principalOf(payload);
      this.checked.set(token, { principal, expiresAt: payload.exp! * 1000 });
      return principal;
    } catch (error) {
      if (error instanceof ProviderUnavailable) throw error;
      return faultOf(error);
    }
  }

  private principalOf(payload: JWTPayload): Principal | 'no_role' {
    const { OIDC_ROLE_CLAIM, OIDC_ROLES } = this.config;
    const role = claimedRole(payload, OIDC_ROLE_CLAIM, OIDC_ROLES);
    if (role === undefined) return 'no_role';
    const { sub, preferred_username, email } = payload;
    const named = [preferred_username, email].find((it) => typeof it === 'string');
    return { kind: 'oidc', id: sub!, name: (named as string | undefined) ?? sub!, role };
  }

  /** What the provider says of its keys: asked when it is first needed. */
  private keysOf(): Promise<ReturnType<typeof createRemoteJWKSet>> {
    if (this.keys) return this.keys;
    if (performance.now() < this.unasked)
      return Promise.reject(new ProviderUnavailable('the identity provider did not answer'));
    const found = this.discover();
    this.keys = found;
    found.catch(() => {
      this.keys = undefined;
      this.unasked = performance.now() + UNASKED_MS;
    });
    return found;
  }

  private async discover(): Promise<ReturnType<typeof createRemoteJWKSet>> {
    const { OIDC_ISSUER } = this.config;
    const url = `${OIDC_ISSUER.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const response = await boundedFetch(url);
    const found = (await response.json().catch(() => ({}))) as Record<string, unknown>;
    const { issuer, jwks_uri } = found;
    if (issuer !== OIDC_ISSUER || typeof jwks_uri !== 'string' || !URL.canParse(jwks_uri))
      throw new ProviderUnavailable('what the identity provider says of itself is of another one');
    return createRemoteJWKSet(new URL(jwks_uri), {
      timeoutDuration: TIMEOUT_MS,
      cooldownDuration: FETCH_AGAIN_MS,
      cacheMaxAge: KEYS_FOR_MS,
      [customFetch]: boundedFetch,
    });
  }
}

/** Fetches JSON, within a time and a size, from where it was asked alone. */
async function boundedFetch(
  url: string,
  options: { readonly signal?: AbortSignal; readonly headers?: Headers } = {},
): Promise<Response> {
  try {
    const response = await fetch(url, {
      redirect: 'error',
      headers: { accept: 'application/json' },
      signal: AbortSignal.any([
        AbortSignal.timeout(TIMEOUT_MS),
        ...(options.signal ? [options.signal] : []),
      ]),
    });
    if (response.status !== 200) throw new Error(`it answers ${response.status}`);
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of response.body ?? []) {
      bytes += chunk.length;
      if (bytes > MOST_BYTES) throw new Error('it answers too much');
      chunks.push(chunk);
    }
    return new Response(Buffer.concat(chunks), { status: 200 });
  } catch (error) {
    const { message, cause } = error as Error;
    throw new ProviderUnavailable((cause as Error | undefined)?.message ?? message);
  }
}
