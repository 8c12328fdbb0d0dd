import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { base62, bytesOf, SECRET_LENGTH } from './base62.js';

/**
 * A device key is `iotk_<id>_<secret><checksum>`: 12, 43 and 6 letters and digits. The prefix and
 * the fixed form let scanners for secrets find it; the checksum (CRC-32 of what stands before it)
 * tells a typing error from a wrong key without a look at the table.
 */
export const KEY_PREFIX = 'iotk_';
const ID_LENGTH = 12;
const CHECK_LENGTH = 6;
const FORM = /^iotk_[kg][0-9A-Za-z]{11}_[0-9A-Za-z]{49}$/;

/** Ids of keys begin with k, those of enrolment groups with g. */
export type CredentialKind = 'key' | 'group';

/** A key taken apart; `secret` is its 32 bytes. */
export interface DeviceKey {
  readonly id: string;
  readonly kind: CredentialKind;
  readonly secret: Buffer;
}

/** Why a text is no key. */
export type KeyFault = 'malformed' | 'mistyped';

/** A new id. */
export function newCredentialId(kind: CredentialKind): string {
  const letter = kind === 'key' ? 'k' : 'g';
  return letter + base62(randomBytes(16)).slice(-(ID_LENGTH - 1));
}

/** A new secret: 32 random bytes. */
export const newSecret = (): Buffer => randomBytes(32);

/** The text of a key. @param secret 32 bytes */
export function keyText(id: string, secret: Uint8Array): string {
  const text = `${KEY_PREFIX}${id}_${base62(secret).padStart(SECRET_LENGTH, '0')}`;
  return text + checksum(text);
}

/** Takes a key apart, or says why it is none. */
export function parseKey(text: string): DeviceKey | KeyFault {
  if (!FORM.test(text)) return 'malformed';
  const body = text.slice(0, -CHECK_LENGTH);
  if (checksum(body) !== text.slice(-CHECK_LENGTH)) return 'mistyped';
  const id = text.slice(KEY_PREFIX.length, KEY_PREFIX.length + ID_LENGTH);
  const secret = bytesOf(body.slice(-SECRET_LENGTH));
  if (!secret) return 'malformed';
  return { id, kind: id.startsWith('k') ? 'key' : 'group', secret };
}

const checksum = (text: string): string => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(text));
  return base62(bytes).padStart(CHECK_LENGTH, '0');
};
