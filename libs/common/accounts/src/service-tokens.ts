import { hash, timingSafeEqual } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Principal, Role } from '@iot/access';
import { newSecret, type KeyFault } from '@iot/credentials';
import type { Collection, ServiceTokenDocument, StoredSecret } from '@iot/mongo';
import { AccountRefusal, TooBusy } from './refusals.js';
import { newTokenId, TOKEN_FORM } from './service-token-text.js';

/** For so long a token that was good is taken without a look: what bounds a revocation. */
const TRUSTED_MS = 1000;
const REMEMBERED = 10_000;
const ATTEMPTS = 5;

/** A token that was made: `token` is shown this once. */
export interface IssuedToken {
  readonly id: string;
  readonly token: string;
}

/** What programs ask with: a role and an end, and of the secret the hash alone. */
export class ServiceTokens {
  private readonly good = new LRUCache<string, Principal>({ max: REMEMBERED, ttl: TRUSTED_MS });

  constructor(private readonly tokens: Collection<ServiceTokenDocument>) {}

  /** Who asks with this text. @throws the driver's error */
  async check(text: string, now: Date): Promise<Principal | KeyFault | 'unknown' | 'expired'> {
    const known = this.good.get(text);
    if (known) return known;
    const parts = TOKEN_FORM.parse(text);
    if (typeof parts === 'string') return parts;
    const found = await this.tokens.findOne({ _id: parts.id });
    const sha256 = hash('sha256', parts.secret, 'buffer');
    const secret = found?.secrets.find((it) =>
      timingSafeEqual(Buffer.from(it.sha256, 'base64url'), sha256),
    );
    if (!found || !secret) return 'unknown';
    const ends = [found.expires_at, secret.expires_at].filter((it) => it !== null);
    if (ends.some((end) => end <= now)) return 'expired';
    const { _id: id, name, role } = found;
    const principal = { kind: 'token', id, name, role } as const;
    this.good.set(text, principal);
    return principal;
  }

  /** Those of some tokens that are not revoked and have not expired. */
  findAll(ids: readonly string[], now: Date): Promise<ServiceTokenDocument[]> {
    const lasting = { $or: [{ expires_at: null }, { expires_at: { $gt: now } }] };
    return this.tokens.find({ _id: { $in: [...ids] }, ...lasting }).toArray();
  }

  list(): Promise<ServiceTokenDocument[]> {
    return this.tokens.find().sort({ created_at: -1 }).toArray();
  }

  async create(
    wanted: { readonly name: string; readonly role: Role; readonly expiresAt: Date | null },
    now: Date,
  ): Promise<IssuedToken> {
    const [id, secret] = [newTokenId(), newSecret()];
    const { name, role, expiresAt } = wanted;
    await this.tokens.insertOne({
      ...{ _id: id, name, role, created_at: now, expires_at: expiresAt },
      secrets: [hashed(secret)],
    });
    return { id, token: TOKEN_FORM.text(id, secret) };
  }

  /**
   * A new secret; the present one is valid for `overlapMs` more.
   * @throws AccountRefusal `unknown`; TooBusy when others change it again and again
   */
  async rotate(id: string, overlapMs: number, now: Date): Promise<IssuedToken> {
    const secret = newSecret();
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const found = await this.tokens.findOne({ _id: id });
      if (!found) throw unknown(id);
      const [present] = found.secrets;
      const end = new Date(now.getTime() + overlapMs);
      const old = overlapMs > 0 && present ? [{ ...present, expires_at: end }] : [];
      const { matchedCount } = await this.tokens.updateOne(
        { _id: id, 'secrets.0.sha256': present!.sha256 },
        { $set: { secrets: [hashed(secret), ...old] } },
      );
      if (matchedCount > 0) return { id, token: TOKEN_FORM.text(id, secret) };
    }
    throw new TooBusy(`others change token ${id} at this moment`);
  }

  /** @throws AccountRefusal `unknown` */
  async revoke(id: string): Promise<void> {
    const { deletedCount } = await this.tokens.deleteOne({ _id: id });
    if (deletedCount === 0) throw unknown(id);
  }
}

const hashed = (secret: Buffer): StoredSecret => ({
  sha256: hash('sha256', secret, 'base64url'),
  expires_at: null,
});
const unknown = (id: string) => new AccountRefusal('unknown', `There is no token ${id}.`);
