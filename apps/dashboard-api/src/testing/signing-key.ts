import { generateKeyPairSync } from 'node:crypto';

/** A value for AUTH_SIGNING_KEY. */
export const signingKey = (): string =>
  generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
