import { createPrivateKey, createPublicKey, hash, hkdfSync, type KeyObject } from 'node:crypto';
import { ConfigError } from '@iot/config';

/** What access tokens may be signed by. */
export const ALGORITHMS = ['ES256', 'EdDSA'] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

/** A public key as `/.well-known/jwks.json` has it. */
export interface PublicJwk {
  readonly kty: string;
  readonly crv: string;
  readonly x: string;
  readonly y?: string;
  readonly kid: string;
  readonly alg: Algorithm;
  readonly use: 'sig';
}

/** A key that signs access tokens; refresh tokens are made of `refreshKey`. */
export interface SigningKey {
  readonly alg: Algorithm;
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly jwk: PublicJwk;
  readonly refreshKey: Buffer;
}

/** The keys in force: the first signs, and what any of them signed is valid. */
export interface SigningKeys {
  readonly current: SigningKey;
  readonly all: readonly SigningKey[];
}

const BLOCK = /-----BEGIN ([A-Z ]*PRIVATE KEY)-----[\s\S]+?-----END \1-----/g;
const FORM = 'a PEM private key of P-256 or Ed25519, or several, the newest first';
const ALLOWED = `AUTH_SIGNING_KEY is set to something unusable; allowed: ${FORM}`;
const MISSING = `AUTH_SIGNING_KEY is not set and AUTH is on; allowed: ${FORM}. It signs who logs in, and is needed also where only an identity provider lets people in`;

/**
 * Reads AUTH_SIGNING_KEY. Line breaks may be written as \n.
 * @throws ConfigError
 */
export function signingKeysOf(pem: string): SigningKeys {
  if (pem.trim() === '') throw new ConfigError(MISSING);
  const blocks = pem.replaceAll('\\n', '\n').match(BLOCK) ?? [];
  const [current, ...others] = blocks.map(keyOf);
  if (!current) throw new ConfigError(ALLOWED);
  return { current, all: [current, ...others] };
}

function keyOf(pem: string): SigningKey {
  let privateKey: KeyObject;
  try {
    privateKey = createPrivateKey(pem);
  } catch {
    throw new ConfigError(ALLOWED);
  }
  const publicKey = createPublicKey(privateKey);
  const { kty, crv, x, y } = publicKey.export({ format: 'jwk' });
  const alg = crv === 'P-256' ? 'ES256' : crv === 'Ed25519' ? 'EdDSA' : undefined;
  if (!alg || !kty || !x) throw new ConfigError(ALLOWED);
  // RFC 7638: the members that make the key, in the order of their names.
  const members = { crv, kty, x, ...(y !== undefined && { y }) };
  const kid = hash('sha256', JSON.stringify(members), 'base64url');
  const der = privateKey.export({ type: 'pkcs8', format: 'der' });
  const refreshKey = Buffer.from(hkdfSync('sha256', der, '', 'refresh tokens', 32));
  const jwk = { ...members, kid, alg, use: 'sig' } as PublicJwk;
  return { alg, kid, privateKey, publicKey, jwk, refreshKey };
}
