import { LRUCache } from 'lru-cache';
import type { Principal } from '@iot/access';
import { isDatabaseUnavailable } from '@iot/mongo';
import type { AccessTokens, Claims, TokenFault } from './access-tokens.js';
import { CLOCK_SKEW_S } from './access-tokens.js';
import { whoIs } from './provided.js';
import type { Sessions } from './sessions.js';
import type { Users } from './users.js';

const REMEMBERED = 10_000;
/** For so long a session that was there is taken without a look: what bounds a revocation. */
const TRUSTED_MS = 1000;
/** For so long the database is not asked again when it did not answer. */
const UNASKED_MS = 5000;

/** Where the session stands: who it is, or that it has ended. */
type Standing = Principal | 'ended';

/**
 * Tells who asks with an access token. The signature is verified once; whether the session is still
 * there, and what role its user has now, is asked each second while it is used. While the database
 * does not answer, the token counts as it was signed: it is short-lived.
 */
export class People {
  private readonly verified = new LRUCache<string, Claims>({ max: REMEMBERED });
  private readonly standing = new LRUCache<string, Promise<Standing>>({
    max: REMEMBERED,
    ttl: TRUSTED_MS,
  });

  constructor(
    private readonly of: {
      readonly accessTokens: AccessTokens;
      readonly users: Pick<Users, 'find'>;
      readonly sessions: Pick<Sessions, 'find'>;
      /** The provider by which browsers log in; empty: there is none. */
      readonly issuer: string;
    },
  ) {}

  async identify(token: string, now: Date): Promise<Standing | TokenFault> {
    const claims = await this.claimsOf(token, now.getTime());
    if (typeof claims === 'string') return claims;
    const { session } = claims;
    const known = this.standing.get(session);
    if (known) return known;
    const asked = this.ask(claims, now);
    this.standing.set(session, asked);
    // What failed is not an answer for the next one.
    asked.catch(() => this.standing.delete(session));
    return asked;
  }

  /** What somebody has just ended counts no more in this process. */
  forget(session: string): void {
    this.standing.delete(session);
  }

  private async claimsOf(token: string, now: number): Promise<Claims | TokenFault> {
    const known = this.verified.get(token);
    if (known) return now < known.expiresAt + CLOCK_SKEW_S * 1000 ? known : 'expired';
    const claims = await this.of.accessTokens.verify(token, now);
    if (typeof claims !== 'string') this.verified.set(token, claims);
    return claims;
  }

  private async ask({ user: id, role, session }: Claims, now: Date): Promise<Standing> {
    const principal = { ...whoIs(id), session };
    try {
      const { users, sessions, issuer } = this.of;
      const [user, found] = await Promise.all([users.find(id), sessions.find(session, now)]);
      if (found?.user !== id) return 'ended';
      const { provided } = found;
      // Who logged in by a provider that is not the one in force any more has to do so again.
      if (provided)
        return provided.issuer === issuer
          ? { ...principal, name: provided.name, role: provided.role }
          : 'ended';
      if (!user || user.blocked_at) return 'ended';
      return { ...principal, role: user.role };
    } catch (error) {
      if (!isDatabaseUnavailable(error)) throw error;
      const unasked: Standing = { ...principal, role };
      this.standing.set(session, Promise.resolve(unasked), { ttl: UNASKED_MS });
      return unasked;
    }
  }
}
