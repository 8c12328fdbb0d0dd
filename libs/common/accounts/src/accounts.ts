import type { Mongo } from '@iot/mongo';
import { AccessTokens } from './access-tokens.js';
import { Administration } from './administration.js';
import { Attempts } from './attempts.js';
import { Audit } from './audit.js';
import { LogIn } from './log-in.js';
import { Passwords } from './passwords.js';
import { People } from './people.js';
import { ServiceTokens } from './service-tokens.js';
import { Sessions } from './sessions.js';
import type { SigningKeys } from './signing-keys.js';
import { Users } from './users.js';
import { Watch } from './watch.js';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

export interface AccountsConfig {
  readonly AUTH_ACCESS_MINUTES: number;
  readonly AUTH_SESSION_DAYS: number;
  readonly AUDIT_RETENTION_DAYS: number;
}

/** What admins need of the accounts, without what only who lets people in has. */
export function administrationOf(
  mongo: Mongo,
  { AUDIT_RETENTION_DAYS }: Pick<AccountsConfig, 'AUDIT_RETENTION_DAYS'>,
) {
  const users = new Users(mongo.users);
  const sessions = new Sessions(mongo.sessions);
  const tokens = new ServiceTokens(mongo.serviceTokens);
  const audit = new Audit(mongo.audit, AUDIT_RETENTION_DAYS);
  const passwords = new Passwords();
  const administration = new Administration({ users, sessions, tokens, audit, passwords });
  return { users, sessions, tokens, audit, passwords, administration };
}

/** Accounts, as who lets people in needs them. */
export type Accounts = ReturnType<typeof accountsOf>;

/** @param issuer the provider by which browsers log in; empty: there is none */
export function accountsOf(mongo: Mongo, keys: SigningKeys, config: AccountsConfig, issuer = '') {
  const parts = administrationOf(mongo, config);
  const accessTokens = new AccessTokens(keys, config.AUTH_ACCESS_MINUTES * MINUTE_MS);
  const attempts = new Attempts(mongo.loginAttempts);
  const sessionMs = config.AUTH_SESSION_DAYS * DAY_MS;
  return {
    ...parts,
    keys,
    attempts,
    people: new People({ ...parts, accessTokens, issuer }),
    logIn: new LogIn({ ...parts, keys, accessTokens, attempts, sessionMs, issuer }),
    watch: new Watch(parts),
  };
}
