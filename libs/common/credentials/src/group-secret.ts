import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hash,
  randomBytes,
  type KeyObject,
} from 'node:crypto';

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * The secret of a device of an enrolment group: HMAC-SHA256 of its id under the group's secret,
 * which as a KeyObject is a fifth of the work.
 */
export const deviceSecret = (groupSecret: Uint8Array | KeyObject, deviceId: string): Buffer =>
  createHmac('sha256', groupSecret).update(deviceId).digest();

/**
 * Seals the secret of a group for the topic: whoever reads the topic alone cannot derive keys.
 * AES-256-GCM under the hash of CREDENTIALS_SECRET, bound to the id of the group.
 */
export function seal(groupSecret: Uint8Array, id: string, credentialsSecret: string): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, sealingKey(credentialsSecret), iv);
  cipher.setAAD(Buffer.from(id));
  const sealed = Buffer.concat([cipher.update(groupSecret), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url');
}

/** The secret that was sealed; undefined when CREDENTIALS_SECRET is another one. */
export function unseal(text: string, id: string, credentialsSecret: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.length !== IV_BYTES + TAG_BYTES + 32) return undefined;
  const iv = bytes.subarray(0, IV_BYTES);
  const decipher = createDecipheriv(CIPHER, sealingKey(credentialsSecret), iv);
  decipher.setAAD(Buffer.from(id));
  decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
  } catch {
    return undefined;
  }
}

const sealingKey = (secret: string): Buffer => hash('sha256', secret, 'buffer');
