import { hkdfSync, randomBytes } from 'node:crypto';
import { sealBytes, unsealBytes } from '@iot/credentials';

/** What of a webhook is a secret, or may hold one: services such as chats put it into the url. */
export interface WebhookSecrets {
  readonly url: string;
  /** `whsec_` and base64; the first signs, and so does each other, as after a rotation. */
  readonly secrets: readonly string[];
  /** The whole value of the header. */
  readonly authorization?: string;
}

/**
 * Seals them for the database, under a key made of CREDENTIALS_SECRET for this purpose alone, bound
 * to the receiver.
 */
export const seal = (
  secrets: WebhookSecrets,
  receiver: string,
  credentialsSecret: string,
): string =>
  sealBytes(Buffer.from(JSON.stringify(secrets)), receiver, sealingKey(credentialsSecret));

/** What was sealed; undefined when it was for another receiver, or by another CREDENTIALS_SECRET. */
export function unseal(
  text: string,
  receiver: string,
  credentialsSecret: string,
): WebhookSecrets | undefined {
  const opened = unsealBytes(text, receiver, sealingKey(credentialsSecret));
  return opened && (JSON.parse(opened.toString()) as WebhookSecrets);
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
