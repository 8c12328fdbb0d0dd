import { randomBytes } from 'node:crypto';
import { base62 } from './base62.js';
import { ID_LENGTH, secretForm, type KeyFault } from './secret-form.js';

const FORM = secretForm('iotk_', 'kg');

/** Ids of keys begin with k, those of enrolment groups with g. */
export type CredentialKind = 'key' | 'group';

/** A key taken apart; `secret` is its 32 bytes. */
export interface DeviceKey {
  readonly id: string;
  readonly kind: CredentialKind;
  readonly secret: Buffer;
}

/** A new id. */
export function newCredentialId(kind: CredentialKind): string {
  const letter = kind === 'key' ? 'k' : 'g';
  return letter + base62(randomBytes(16)).slice(-(ID_LENGTH - 1));
}

/** A new secret: 32 random bytes. */
export const newSecret = (): Buffer => randomBytes(32);

/** The text of a key: `iotk_<id>_<secret><checksum>`. @param secret 32 bytes */
export const keyText = (id: string, secret: Uint8Array): string => FORM.text(id, secret);

/** Takes a key apart, or says why it is none. */
export function parseKey(text: string): DeviceKey | KeyFault {
  const parts = FORM.parse(text);
  if (typeof parts === 'string') return parts;
  return { ...parts, kind: parts.id.startsWith('k') ? 'key' : 'group' };
}
