import { createHmac, timingSafeEqual } from 'node:crypto';
import type { SigningKeys } from './signing-keys.js';

/**
 * A refresh token is `iotr_<session>.<generation>.<proof>`. The proof is an HMAC under a key that
 * follows from the signing key: whoever reads the database alone can make none, and the token in
 * force can be given out a second time to who did not get the answer.
 */
const FORM = /^iotr_([A-Za-z0-9_-]{22})\.(\d{1,9})\.([A-Za-z0-9_-]{43})$/;

export interface RefreshToken {
  readonly session: string;
  readonly generation: number;
}

export const refreshToken = ({ current }: SigningKeys, token: RefreshToken): string =>
  `iotr_${token.session}.${token.generation}.${proof(current.refreshKey, token).toString('base64url')}`;

/** What a token says; undefined where we did not make it. */
export function readRefreshToken({ all }: SigningKeys, text: string): RefreshToken | undefined {
  const [, session, number, given] = FORM.exec(text) ?? [];
  if (session === undefined || given === undefined) return undefined;
  const token = { session, generation: Number(number) };
  const bytes = Buffer.from(given, 'base64url');
  const ours = all.some(({ refreshKey }) => timingSafeEqual(proof(refreshKey, token), bytes));
  return ours ? token : undefined;
}

const proof = (key: Buffer, { session, generation }: RefreshToken): Buffer =>
  createHmac('sha256', key).update(`${session}.${generation}`).digest();
