import { createHmac, hash, type KeyObject } from 'node:crypto';
import { sealBytes, unsealBytes } from './sealed.js';

const SECRET_BYTES = 32;

/**
 * The secret of a device of an enrolment group: HMAC-SHA256 of its id under the group's secret,
 * which as a KeyObject is a fifth of the work.
 */
export const deviceSecret = (groupSecret: Uint8Array | KeyObject, deviceId: string): Buffer =>
  createHmac('sha256', groupSecret).update(deviceId).digest();

/**
 * Seals the secret of a group for the topic: whoever reads the topic alone cannot derive keys. Under
 * the hash of CREDENTIALS_SECRET, bound to the id of the group.
 */
export const seal = (groupSecret: Uint8Array, id: string, credentialsSecret: string): string =>
  sealBytes(groupSecret, id, sealingKey(credentialsSecret));

/** The secret that was sealed; undefined when CREDENTIALS_SECRET is another one. */
export function unseal(text: string, id: string, credentialsSecret: string): Buffer | undefined {
  const secret = unsealBytes(text, id, sealingKey(credentialsSecret));
  return secret?.length === SECRET_BYTES ? secret : undefined;
}

const sealingKey = (secret: string): Buffer => hash('sha256', secret, 'buffer');
