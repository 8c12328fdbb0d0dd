import { request, type Dispatcher } from 'undici';
import type { NotificationDocument, ReceiverDocument } from '@iot/mongo';
import { areOfOne, secretsProblem, unseal, type WebhookSecrets } from '@iot/notification';
import type { DeliveryOutcome } from '../core/retry.js';
import { alertmanagerBody, standardBody } from '../core/webhook-body.js';
import { AddressRefused, type Guard } from './guard.js';
import type { Sender } from './sender.js';
import { signedHeaders } from './signature.js';

const GONE = 410;
const MOST_ANSWER_BYTES = 65_536;

export interface WebhookOptions {
  readonly credentialsSecret: string;
  readonly env: NodeJS.ProcessEnv;
  readonly timeoutMs: number;
}

/**
 * Posts notifications. A redirect is not followed, and nothing of an answer but its status is kept:
 * who may name a receiver must learn nothing of what answers there.
 */
export class WebhookSender implements Sender {
  constructor(
    private readonly agent: Dispatcher,
    private readonly guard: Guard,
    private readonly options: WebhookOptions,
  ) {}

  async send(
    receiver: ReceiverDocument,
    notification: NotificationDocument,
    now: number,
  ): Promise<DeliveryOutcome> {
    const secrets = this.secretsOf(receiver);
    if (typeof secrets === 'string') return { kind: 'failed', reason: secrets };
    const url = new URL(secrets.url);
    const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
    if (url.protocol !== 'https:' && !this.guard.isNamed(url.hostname, port))
      return { kind: 'failed', reason: 'https_needed' };
    const body =
      receiver.format === 'alertmanager'
        ? alertmanagerBody(notification)
        : standardBody(notification);
    try {
      return await this.post(url, body, {
        'content-type': 'application/json',
        'user-agent': 'iot-telemetry-notifier',
        ...signedHeaders(notification._id, body, secrets.secrets, now),
        ...(secrets.authorization !== undefined && { authorization: secrets.authorization }),
      });
    } catch (error) {
      return { kind: 'failed', reason: reasonOf(error) };
    }
  }

  private async post(
    url: URL,
    body: string,
    headers: Record<string, string>,
  ): Promise<DeliveryOutcome> {
    const {
      statusCode,
      headers: answered,
      body: answer,
    } = await request(url, {
      method: 'POST',
      dispatcher: this.agent,
      headers,
      body,
      signal: AbortSignal.timeout(this.options.timeoutMs),
    });
    // An answer that goes on for ever is cut; its status has said all.
    await answer.dump({ limit: MOST_ANSWER_BYTES }).catch(() => undefined);
    if (statusCode >= 200 && statusCode < 300) return { kind: 'delivered' };
    const reason = `status_${statusCode}`;
    if (statusCode === GONE) return { kind: 'refused', reason };
    const retryAfter = Number(answered['retry-after']);
    return {
      kind: 'failed',
      reason,
      ...(retryAfter > 0 && { retryAfterMs: retryAfter * 1000 }),
    };
  }

  /** @returns the reason when they are not to be had */
  private secretsOf({ _id, sealed, env }: ReceiverDocument): WebhookSecrets | string {
    // It may have been stored before they had to be of one receiver.
    if (env && !areOfOne(env)) return 'secrets_unusable';
    const secrets = env ? fromVariables(env, this.options.env) : this.opened(_id, sealed);
    if (typeof secrets === 'string') return secrets;
    return secretsProblem(secrets) === undefined ? secrets : 'secrets_unusable';
  }

  private opened(name: string, sealed = ''): WebhookSecrets | string {
    if (this.options.credentialsSecret === '') return 'credentials_secret_missing';
    return unseal(sealed, name, this.options.credentialsSecret) ?? 'credentials_secret_differs';
  }
}

function fromVariables(
  names: NonNullable<ReceiverDocument['env']>,
  env: NodeJS.ProcessEnv,
): WebhookSecrets | string {
  const url = env[names.url];
  const secret = env[names.secret];
  const authorization = names.authorization === undefined ? undefined : env[names.authorization];
  if (!url || !secret || (names.authorization !== undefined && !authorization))
    return 'variable_missing';
  return { url, secrets: [secret], ...(authorization && { authorization }) };
}

/** A word for what went wrong; never a text of the other side. */
export function reasonOf(error: unknown): string {
  for (let at = error; typeof at === 'object' && at !== null;) {
    if (at instanceof AddressRefused) return 'address_refused';
    const { name, code, cause } = at as { name?: unknown; code?: unknown; cause?: unknown };
    at = cause;
    if (name === 'TimeoutError' || (typeof code === 'string' && /TIMEOUT|TIMEDOUT/i.test(code)))
      return 'timeout';
    if (typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,60}$/.test(code)) return code.toLowerCase();
  }
  return 'not_sent';
}
