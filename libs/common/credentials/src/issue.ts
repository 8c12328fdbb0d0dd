import { hash } from 'node:crypto';
import { keyText, newCredentialId, newSecret } from './device-key.js';
import { deviceSecret, seal, unseal } from './group-secret.js';
import type { GroupRecord, KeyRecord } from './record.js';

/** What a key or a group is to be. Times are epoch ms. */
export interface Wanted {
  readonly name: string;
  readonly scope: string;
  readonly expires_at?: number | undefined;
}

/** A record and what nobody can learn from it: the key, to be shown once. */
export interface Issued<Record> {
  readonly id: string;
  readonly record: Record;
  /** The key; of a group its secret in base64url, from which the keys of its devices follow. */
  readonly secret: string;
}

export function newKey(wanted: Wanted, now: number): Issued<KeyRecord> {
  const [id, secret] = [newCredentialId('key'), newSecret()];
  const record: KeyRecord = { kind: 'key', ...common(wanted, now), secrets: [hashed(secret)] };
  return { id, record, secret: keyText(id, secret) };
}

/** @param credentialsSecret CREDENTIALS_SECRET, the same that the services have */
export function newGroup(
  wanted: Wanted,
  credentialsSecret: string,
  now: number,
): Issued<GroupRecord> {
  const [id, secret] = [newCredentialId('group'), newSecret()];
  const secrets = [{ sealed: seal(secret, id, credentialsSecret) }];
  const record: GroupRecord = { kind: 'group', ...common(wanted, now), secrets };
  return { id, record, secret: secret.toString('base64url') };
}

/** A new secret beside the present one, which ends after `overlapMs`; one before that ends now. */
export function rotatedKey(
  id: string,
  record: KeyRecord,
  overlapMs: number,
  now: number,
): Issued<KeyRecord> {
  const secret = newSecret();
  const secrets = [hashed(secret), ...stillValid(record.secrets[0]!, overlapMs, now)];
  return { id, record: { ...record, secrets }, secret: keyText(id, secret) };
}

/** The same for a group: the keys of its devices follow from the new secret, and from the old. */
export function rotatedGroup(
  id: string,
  record: GroupRecord,
  overlapMs: number,
  credentialsSecret: string,
  now: number,
): Issued<GroupRecord> {
  const secret = newSecret();
  const sealed = { sealed: seal(secret, id, credentialsSecret) };
  const secrets = [sealed, ...stillValid(record.secrets[0]!, overlapMs, now)];
  return { id, record: { ...record, secrets }, secret: secret.toString('base64url') };
}

/**
 * The keys of devices of a group, by its newest secret; undefined: that is sealed with another
 * CREDENTIALS_SECRET.
 */
export function keysOfDevices(
  group: string,
  { secrets }: GroupRecord,
  devices: readonly string[],
  credentialsSecret: string,
): { readonly device_id: string; readonly key: string }[] | undefined {
  const secret = unseal(secrets[0]!.sealed, group, credentialsSecret);
  return (
    secret &&
    devices.map((device_id) => ({
      device_id,
      key: keyText(group, deviceSecret(secret, device_id)),
    }))
  );
}

function stillValid<Secret extends { readonly expires_at?: number }>(
  secret: Secret,
  overlapMs: number,
  now: number,
): Secret[] {
  const expires_at = Math.min(secret.expires_at ?? Infinity, now + overlapMs);
  return expires_at > now ? [{ ...secret, expires_at }] : [];
}

const hashed = (secret: Buffer) => ({ sha256: hash('sha256', secret, 'base64url') });

const common = ({ name, scope, expires_at }: Wanted, created_at: number) => ({
  name,
  scope,
  created_at,
  ...(expires_at !== undefined && { expires_at }),
});
