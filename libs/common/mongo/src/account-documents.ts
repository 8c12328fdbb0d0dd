import type { Role } from '@iot/access';

/** A document of `users`; `_id` is the name to log in by. */
export interface UserDocument {
  _id: string;
  role: Role;
  /** Argon2id, in the PHC form `$argon2id$v=19$m=…,t=…,p=…$salt$hash`. */
  password: string;
  created_at: Date;
  updated_at: Date;
  /** Null: may log in. */
  blocked_at: Date | null;
}

/** Whom an identity provider let in, as it said when they logged in. */
export interface ProvidedIdentity {
  issuer: string;
  /** The provider's `sub`. */
  subject: string;
  /** For people. */
  name: string;
  role: Role;
}

/**
 * A document of `sessions`: somebody who logged in, once. `_id` is in each of its tokens. Which of
 * its refresh tokens is the one in force says its number alone: the tokens are made of the signing
 * key, so nothing of them is stored.
 */
export interface SessionDocument {
  _id: string;
  user: string;
  created_at: Date;
  /** Number of the refresh token in force. */
  generation: number;
  /** When it was given out. */
  rotated_at: Date;
  /** When the session ends; the database removes it then. */
  expire_at: Date;
  /** Where an identity provider let somebody in; `user` is none of `users` then. */
  provided?: ProvidedIdentity;
}

/** A secret by its SHA-256 (base64url). */
export interface StoredSecret {
  sha256: string;
  /** Null: as long as the token. */
  expires_at: Date | null;
}

/** A document of `service_tokens`: what a program asks with. */
export interface ServiceTokenDocument {
  _id: string;
  name: string;
  role: Role;
  /** The newest first; after a rotation two. */
  secrets: StoredSecret[];
  created_at: Date;
  /** Null: until it is revoked. */
  expires_at: Date | null;
}

/** A document of `login_attempts`: how many there were of one account or address in a time. */
export interface AttemptsDocument {
  _id: string;
  count: number;
  expire_at: Date;
}

/** A document of `audit`: who did what, to what, from where, and how it ended. Never a secret. */
export interface AuditDocument {
  _id: string;
  at: Date;
  action: string;
  outcome: 'ok' | 'refused' | 'failed';
  /** `user`, `token`, `oidc`, `anonymous`, or `command` for telemetryctl. */
  actor_kind: string;
  actor: string;
  /** What it was done to; empty: nothing in particular. */
  target: string;
  /** An address, or the host on which a command ran. */
  source: string;
  /** What changed, in a few words. */
  detail: string;
  expire_at: Date;
}
