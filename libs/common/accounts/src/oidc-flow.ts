import { createHmac, timingSafeEqual } from 'node:crypto';
import type { SigningKeys } from './signing-keys.js';

/** How long somebody may take to log in at the provider. */
export const FLOW_MS = 600_000;
const FORM = /^([A-Za-z0-9_-]{1,3000})\.([A-Za-z0-9_-]{43})$/;

/** A log-in at the provider that has begun, as the browser that began it keeps it. */
export interface OidcFlow {
  readonly state: string;
  readonly nonce: string;
  /** Of PKCE. */
  readonly verifier: string;
  /** Where the browser goes afterwards. */
  readonly to: string;
  /** Epoch ms. */
  readonly endsAt: number;
}

/** The flow as a cookie: no replica has to keep it, and no browser can make one up. */
export function sealFlow({ current }: SigningKeys, flow: OidcFlow): string {
  const text = Buffer.from(JSON.stringify(flow)).toString('base64url');
  return `${text}.${proof(current.refreshKey, text).toString('base64url')}`;
}

/** What a cookie says; undefined where we did not make it, or too long ago. @param now epoch ms */
export function readFlow({ all }: SigningKeys, cookie: string, now: number): OidcFlow | undefined {
  const [, text, given] = FORM.exec(cookie) ?? [];
  if (text === undefined || given === undefined) return undefined;
  const bytes = Buffer.from(given, 'base64url');
  if (!all.some(({ refreshKey }) => timingSafeEqual(proof(refreshKey, text), bytes)))
    return undefined;
  const flow = JSON.parse(Buffer.from(text, 'base64url').toString()) as OidcFlow;
  return flow.endsAt > now ? flow : undefined;
}

/** Of another form than what the key proves of refresh tokens, so that neither passes for the other. */
const proof = (key: Buffer, text: string): Buffer =>
  createHmac('sha256', key).update(`oidc-flow/${text}`).digest();
