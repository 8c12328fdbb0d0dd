import { isScope } from './scope.js';

/** A secret of a key by its SHA-256; after a rotation two are valid until the old one ends. */
export interface HashedSecret {
  /** base64url. */
  readonly sha256: string;
  /** Epoch ms; absent: as long as the key. */
  readonly expires_at?: number;
}

interface Common {
  readonly name: string;
  readonly scope: string;
  /** Epoch ms. */
  readonly created_at: number;
  readonly expires_at?: number;
}

/** A key; the truth about it is the newest record of topic `telemetry.credentials` with its id. */
export interface KeyRecord extends Common {
  readonly kind: 'key';
  readonly secrets: readonly HashedSecret[];
}

/** An enrolment group: the keys of its devices follow from its secret, so none is stored. */
export interface GroupRecord extends Common {
  readonly kind: 'group';
  /** Sealed secrets, the newest first; after a rotation two. */
  readonly secrets: readonly { readonly sealed: string; readonly expires_at?: number }[];
}

/** A device of a group whose key no longer counts; its record's key is `<group>/<device id>`. */
export interface BlockRecord {
  readonly kind: 'block';
  /** Epoch ms. */
  readonly created_at: number;
  readonly reason?: string;
}

/**
 * A key or a group that was revoked, for good. It stands under a key of its own (`revocationKey`),
 * as compaction keeps only the newest record of a key: written over, a revocation would be gone.
 */
export interface RevokedRecord {
  readonly kind: 'revoked';
  /** Epoch ms. */
  readonly created_at: number;
}

export type CredentialRecord = KeyRecord | GroupRecord | BlockRecord | RevokedRecord;
interface WithSecrets {
  readonly key: KeyRecord;
  readonly group: GroupRecord;
}
/** The record of a key or of a group. */
export type CredentialOf<Kind extends keyof WithSecrets> = WithSecrets[Kind];

const VERSION = 1;
const REVOKED = 'revoked/';

/** Under which the topic has the revocation of a key or a group. */
export const revocationKey = (id: string): string => REVOKED + id;

/** Whose revocation a record of the topic is by its key; undefined: it is none. */
export const revokedIdOf = (key: string): string | undefined =>
  key.startsWith(REVOKED) ? key.slice(REVOKED.length) : undefined;

export const encodeCredential = (record: CredentialRecord): string =>
  JSON.stringify({ v: VERSION, ...record });

/** Reads the value of a record; undefined when it is none that this version understands. */
export function decodeCredential(value: Uint8Array): CredentialRecord | undefined {
  let body: Record<string, unknown>;
  try {
    body = JSON.parse(Buffer.from(value).toString()) as Record<string, unknown>;
  } catch {
    return undefined;
  }
  if (typeof body !== 'object' || body === null) return undefined;
  const { v, ...record } = body;
  return v === VERSION && isRecord(record) ? record : undefined;
}

function isRecord(record: Record<string, unknown>): record is CredentialRecord & typeof record {
  const { kind, scope, secrets, expires_at } = record;
  if (kind === 'block' || kind === 'revoked') return true;
  if (kind !== 'key' && kind !== 'group') return false;
  if (!isScope(scope) || !isTime(expires_at) || !Array.isArray(secrets)) return false;
  const field = kind === 'key' ? 'sha256' : 'sealed';
  return (
    secrets.length >= 1 &&
    secrets.length <= 2 &&
    secrets.every(
      (secret: Record<string, unknown>) =>
        typeof secret?.[field] === 'string' &&
        isTime(secret['expires_at']) &&
        (kind === 'group' || Buffer.from(secret[field], 'base64url').length === 32),
    )
  );
}

const isTime = (value: unknown): boolean =>
  value === undefined || (Number.isSafeInteger(value) && (value as number) > 0);
