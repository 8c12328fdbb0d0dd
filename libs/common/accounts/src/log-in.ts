import type { Principal, Role } from '@iot/access';
import type { ProvidedIdentity } from '@iot/mongo';
import type { AccessTokens } from './access-tokens.js';
import type { Attempts } from './attempts.js';
import type { Actor, Audit } from './audit.js';
import type { UserDocument } from '@iot/mongo';
import { isOverlong, passwordProblem } from './password-rule.js';
import type { Passwords } from './passwords.js';
import { providedUser, whoIs } from './provided.js';
import { readRefreshToken, refreshToken } from './refresh-token.js';
import { AccountRefusal } from './refusals.js';
import type { Refreshed, Sessions } from './sessions.js';
import type { SigningKeys } from './signing-keys.js';
import { typedName } from './user-name.js';
import type { Users } from './users.js';

/** What somebody who logged in is given. */
export interface Granted {
  readonly user: string;
  readonly role: Role;
  readonly session: string;
  readonly accessToken: string;
  readonly expiresInS: number;
  readonly refreshToken: string;
  readonly endsAt: Date;
}

/** Why nobody is logged in. */
export type LogInRefusal =
  { readonly refused: 'wrong' } | { readonly refused: 'throttled'; readonly retryAfterS: number };
export type RefreshRefusal = { readonly refused: 'unknown' | 'ended' | 'reused' };

interface Parts {
  readonly users: Users;
  readonly sessions: Sessions;
  readonly attempts: Attempts;
  readonly audit: Audit;
  readonly passwords: Passwords;
  readonly keys: SigningKeys;
  readonly accessTokens: AccessTokens;
  /** How long somebody stays logged in. */
  readonly sessionMs: number;
  /** The provider by which browsers log in; empty: there is none, and nobody is who did. */
  readonly issuer: string;
}

/** Logging in and what follows. What is answered does not tell whether there is such a user. */
export class LogIn {
  constructor(private readonly of: Parts) {}

  /** @throws TooBusy; the driver's error */
  async logIn(
    typed: { readonly name: string; readonly password: string },
    source: string,
    now: Date,
  ): Promise<Granted | LogInRefusal> {
    const { users, attempts, audit, passwords } = this.of;
    const retryAfterS = await this.throttle(typed.name, source, now);
    if (retryAfterS > 0) return { refused: 'throttled', retryAfterS };
    const name = typedName(typed.name);
    // Both ways go to the database and to the hash: what takes time is the same for everybody.
    const user = await users.find(name ?? '');
    const password = isOverlong(typed.password) ? '' : typed.password;
    const right = await passwords.verify(password, user?.password);
    if (!user || !right || user.blocked_at) {
      const why = !user ? 'no such user' : user.blocked_at ? 'blocked' : 'wrong password';
      // What was typed as a name may be a password: only a name that exists is written down.
      const actor = { kind: 'user', id: user?._id ?? 'unknown', source };
      await audit.record(actor, { action: 'login', outcome: 'refused', detail: why }, now);
      return { refused: 'wrong' };
    }
    await attempts.forgive(user._id, source, now);
    let known = user.password;
    if (passwords.isOutdated(known)) {
      const renewed = await passwords.hash(password);
      if (await users.renewHash(user._id, known, renewed)) known = renewed;
    }
    const endsAt = new Date(now.getTime() + this.of.sessionMs);
    const session = await this.of.sessions.start(user._id, endsAt, now);
    const still = await this.stillRight(user._id, password, known);
    if (!still) {
      await this.of.sessions.end(session.next.session);
      return { refused: 'wrong' };
    }
    const granted = await this.grant(session, still.role, now);
    await audit.record({ kind: 'user', id: user._id, source }, { action: 'login' }, now);
    return granted;
  }

  /** Lets in whom the identity provider knows, as what it says now. */
  async enter(
    identity: ProvidedIdentity,
    forMs: number,
    source: string,
    now: Date,
  ): Promise<Granted> {
    const { sessions, audit } = this.of;
    const endsAt = new Date(now.getTime() + forMs);
    const session = await sessions.start(providedUser(identity), endsAt, now, identity);
    const granted = await this.grant(session, identity.role, now);
    const actor = { kind: 'oidc', id: identity.subject, source };
    await audit.record(actor, { action: 'login', detail: identity.role }, now);
    return granted;
  }

  /** A new access token and a new refresh token for an old one. */
  async refresh(text: string, source: string, now: Date): Promise<Granted | RefreshRefusal> {
    const { users, sessions, audit, keys } = this.of;
    const token = readRefreshToken(keys, text);
    if (!token) return { refused: 'unknown' };
    const refreshed = await sessions.refresh(token, now);
    if ('ended' in refreshed) {
      const { ended, user: id } = refreshed;
      if (ended === 'reused') {
        const actor = { kind: 'user', id: id ?? 'unknown', source };
        await audit.record(actor, { action: 'refresh_reused', outcome: 'refused' }, now);
      }
      return { refused: ended };
    }
    const { provided } = refreshed;
    if (provided)
      return provided.issuer === this.of.issuer
        ? this.grant(refreshed, provided.role, now)
        : { refused: 'ended' };
    const user = await users.find(refreshed.user);
    if (!user || user.blocked_at) return { refused: 'ended' };
    return this.grant(refreshed, user.role, now);
  }

  async logOut({ kind, id, session }: Principal, source: string, now: Date): Promise<void> {
    if (session === undefined) return;
    await this.of.sessions.end(session);
    await this.of.audit.record({ kind, id, source }, { action: 'logout' }, now);
  }

  /** The same by a refresh token, where the access token has expired. */
  async logOutBy(text: string, source: string, now: Date): Promise<void> {
    const token = readRefreshToken(this.of.keys, text);
    const session = token && (await this.of.sessions.find(token.session, now));
    if (!session) return;
    const { user, _id } = session;
    await this.logOut({ ...whoIs(user), role: 'viewer', session: _id }, source, now);
  }

  /**
   * Other sessions of the user end.
   * @returns `wrong`: the present password is another one
   * @throws AccountRefusal `invalid`
   */
  async changePassword(
    { id, session }: Principal,
    { present, next }: { readonly present: string; readonly next: string },
    source: string,
    now: Date,
  ): Promise<LogInRefusal | undefined> {
    const { users, sessions, passwords, attempts, audit } = this.of;
    const wrong = passwordProblem(next, id);
    if (wrong) throw new AccountRefusal('invalid', `The new password ${wrong}.`);
    const retryAfterS = await this.throttle(id, source, now);
    if (retryAfterS > 0) return { refused: 'throttled', retryAfterS };
    const actor: Actor = { kind: 'user', id, source };
    const user = await users.find(id);
    const right = await passwords.verify(isOverlong(present) ? '' : present, user?.password);
    if (!right) {
      await audit.record(actor, { action: 'password_change', outcome: 'refused' }, now);
      return { refused: 'wrong' };
    }
    await attempts.forgive(id, source, now);
    await users.setPassword(id, await passwords.hash(next), now);
    await sessions.endAllOf(id, session);
    await audit.record(actor, { action: 'password_change' }, now);
    return undefined;
  }

  /**
   * The user, unless the password was changed or the user blocked while the log-in was under way.
   * Asked once the session is there: what ends all of a user's sessions comes after the change, so
   * either this sees the change, or that sees the session.
   */
  private async stillRight(
    id: string,
    password: string,
    known: string,
  ): Promise<UserDocument | undefined> {
    const user = await this.of.users.find(id);
    if (!user || user.blocked_at) return undefined;
    const isRight =
      user.password === known || (await this.of.passwords.verify(password, user.password));
    return isRight ? user : undefined;
  }

  /** @returns seconds to wait; 0: it may be tried */
  private async throttle(name: string, source: string, now: Date): Promise<number> {
    const { attempts } = this.of;
    const account = typedName(name) ?? name;
    // What comes from an address that is refused already does not shut the account out.
    const wait = await attempts.add('address', source, now);
    return wait > 0 ? wait : attempts.add('account', account, now);
  }

  private async grant(
    { user, next, endsAt, provided }: Refreshed,
    role: Role,
    now: Date,
  ): Promise<Granted> {
    const { keys, accessTokens } = this.of;
    const { session } = next;
    const { token, expiresInS } = await accessTokens.sign({ user, role, session }, now.getTime());
    return {
      ...{ user: provided?.name ?? user, role, session, endsAt, expiresInS },
      accessToken: token,
      refreshToken: refreshToken(keys, next),
    };
  }
}
