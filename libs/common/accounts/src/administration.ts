import { randomBytes } from 'node:crypto';
import type { Role } from '@iot/access';
import { base62 } from '@iot/credentials';
import type { Actor, Audit, AuditEntry } from './audit.js';
import { PASSWORD_RULE, passwordProblem } from './password-rule.js';
import type { Passwords } from './passwords.js';
import { AccountRefusal } from './refusals.js';
import type { IssuedToken, ServiceTokens } from './service-tokens.js';
import type { Sessions } from './sessions.js';
import { isUserName, USER_NAME_RULE } from './user-name.js';
import type { UserChange, Users } from './users.js';

/** A user who was made, with the password when it was made too: it is shown this once. */
export interface MadeUser {
  readonly name: string;
  readonly role: Role;
  readonly password?: string;
}

interface Parts {
  readonly users: Users;
  readonly sessions: Pick<Sessions, 'endAllOf'>;
  readonly tokens: ServiceTokens;
  readonly audit: Audit;
  readonly passwords: Passwords;
}

/** Name of a token, for people. */
const TOKEN_NAME = /^[^\p{C}]{1,100}$/u;

/** What admins do with users and service tokens, by the API or by telemetryctl; each leaves a record. */
export class Administration {
  constructor(private readonly of: Parts) {}

  /** @throws AccountRefusal `taken` or `invalid` */
  async createUser(
    wanted: { readonly name: string; readonly role: Role; readonly password?: string | undefined },
    actor: Actor,
    now: Date,
  ): Promise<MadeUser> {
    const { name, role } = wanted;
    if (!isUserName(name)) throw new AccountRefusal('invalid', `The name ${USER_NAME_RULE}.`);
    const { password, made } = this.passwordOf(name, wanted.password);
    await this.of.users.create(name, role, await this.of.passwords.hash(password), now);
    await this.record(actor, { action: 'user_create', target: name, detail: role }, now);
    return { name, role, ...(made && { password }) };
  }

  /** @throws AccountRefusal `unknown` or `last_admin` */
  async changeUser(name: string, change: UserChange, actor: Actor, now: Date): Promise<void> {
    const { role, blocked } = change;
    await this.of.users.change(name, change, now);
    if (blocked === true) await this.of.sessions.endAllOf(name);
    const said = [role, blocked === undefined ? undefined : blocked ? 'blocked' : 'not blocked'];
    const detail = said.filter((it) => it !== undefined).join(', ');
    await this.record(actor, { action: 'user_change', target: name, detail }, now);
  }

  /**
   * Gives a user another password, and ends what the user has of sessions.
   * @returns the password where none was given @throws AccountRefusal `unknown` or `invalid`
   */
  async setPassword(
    name: string,
    wanted: string | undefined,
    actor: Actor,
    now: Date,
  ): Promise<string | undefined> {
    const { password, made } = this.passwordOf(name, wanted);
    await this.of.users.setPassword(name, await this.of.passwords.hash(password), now);
    await this.of.sessions.endAllOf(name);
    await this.record(actor, { action: 'user_password', target: name }, now);
    return made ? password : undefined;
  }

  /** @throws AccountRefusal `unknown` or `last_admin` */
  async removeUser(name: string, actor: Actor, now: Date): Promise<void> {
    await this.of.users.remove(name);
    await this.of.sessions.endAllOf(name);
    await this.record(actor, { action: 'user_remove', target: name }, now);
  }

  /** @throws AccountRefusal `invalid` */
  async createToken(
    wanted: { readonly name: string; readonly role: Role; readonly expiresAt: Date | null },
    actor: Actor,
    now: Date,
  ): Promise<IssuedToken> {
    if (!TOKEN_NAME.test(wanted.name))
      throw new AccountRefusal('invalid', 'The name must be 1–100 characters that can be printed.');
    const issued = await this.of.tokens.create(wanted, now);
    const detail = `${wanted.name}, ${wanted.role}`;
    await this.record(actor, { action: 'token_create', target: issued.id, detail }, now);
    return issued;
  }

  /** @throws AccountRefusal `unknown` */
  async rotateToken(id: string, overlapMs: number, actor: Actor, now: Date): Promise<IssuedToken> {
    const issued = await this.of.tokens.rotate(id, overlapMs, now);
    await this.record(actor, { action: 'token_rotate', target: id }, now);
    return issued;
  }

  /** @throws AccountRefusal `unknown` */
  async revokeToken(id: string, actor: Actor, now: Date): Promise<void> {
    await this.of.tokens.revoke(id);
    await this.record(actor, { action: 'token_revoke', target: id }, now);
  }

  private passwordOf(name: string, given: string | undefined) {
    if (given === undefined) return { password: newPassword(), made: true };
    if (passwordProblem(given, name) !== undefined)
      throw new AccountRefusal('invalid', `The password must be ${PASSWORD_RULE}.`);
    return { password: given, made: false };
  }

  private record(actor: Actor, entry: AuditEntry, now: Date): Promise<void> {
    return this.of.audit.record(actor, entry, now);
  }
}

/** 119 bits, in letters and digits. */
const newPassword = (): string => base62(randomBytes(16)).slice(-20).padStart(20, '0');
