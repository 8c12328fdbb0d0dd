import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** What of a webhook is a secret, or may hold one: services such as chats put it into the url. */
export interface WebhookSecrets {
  readonly url: string;
  /** `whsec_` and base64; the first signs, and so does each other, as after a rotation. */
  readonly secrets: readonly string[];
  /** The whole value of the header. */
  readonly authorization?: string;
}

/**
 * Seals them for the database: AES-256-GCM under a key made of CREDENTIALS_SECRET for this purpose
 * alone, bound to the receiver, so that nobody who may only write there gives one receiver the
 * secrets of another.
 */
export function seal(secrets: WebhookSecrets, receiver: string, credentialsSecret: string): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, sealingKey(credentialsSecret), iv);
  cipher.setAAD(Buffer.from(receiver));
  const sealed = Buffer.concat([cipher.update(JSON.stringify(secrets)), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url');
}

/** What was sealed; undefined when it was for another receiver, or CREDENTIALS_SECRET is another one. */
export function unseal(
  text: string,
  receiver: string,
  credentialsSecret: string,
): WebhookSecrets | undefined {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.length <= IV_BYTES + TAG_BYTES) return undefined;
  const key = sealingKey(credentialsSecret);
  const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, IV_BYTES));
  decipher.setAAD(Buffer.from(receiver));
  decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  try {
    const opened = [decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()];
    return JSON.parse(Buffer.concat(opened).toString()) as WebhookSecrets;
  } catch {
    return undefined;
  }
}

const sealingKey = (secret: string): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, '', 'receivers of notifications', 32));

/** A new secret for signatures, in the form of Standard Webhooks. */
export const newWebhookSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`;

/** The url as people may see it: what follows the host may be a secret. */
export function shownUrl(url: string): string {
  const { origin, pathname, search } = new URL(url);
  return pathname === '/' && search === '' ? `${origin}/` : `${origin}/…`;
}
