import { randomUUID } from 'node:crypto';
import type { Mongo, NotificationDocument, ReceiverDocument } from '@iot/mongo';
import {
  checkReceiver,
  newWebhookSecret,
  pendingNotification,
  seal,
  shownUrl,
  unseal,
  type ReceiverInput,
  type WebhookSecrets,
} from '@iot/notification';
import { ProblemError } from '@iot/service';
import { notValid } from '../requests/not-valid.js';
import { KeptDocuments } from '../requests/kept-documents.js';
import { namedByPath } from '../requests/named-by-path.js';

const DAY_MS = 86_400_000;
const TESTS_KEPT_DAYS = 30;

/** A receiver, and the secret that was made for it, which is told this once. */
interface Saved {
  readonly receiver: ReceiverDocument;
  readonly secret?: string;
}

/** Keeps receivers. What is secret about them goes into the database sealed, and never comes out. */
export class ReceiversKeeper {
  private readonly kept: KeptDocuments<ReceiverDocument>;

  constructor(
    private readonly mongo: Mongo,
    private readonly credentialsSecret: string,
  ) {
    this.kept = new KeptDocuments(mongo.receivers, 'receiver');
  }

  get(name: string): Promise<ReceiverDocument> {
    return this.kept.get(name);
  }

  async add(json: unknown, now: Date): Promise<Saved> {
    const input = checked(json, true);
    const made = this.sealed(input, undefined);
    const receiver: ReceiverDocument = {
      _id: input.name,
      ...input.fields,
      ...made.fields,
      source: 'api',
      version: 1,
      created_at: now,
      updated_at: now,
    };
    await this.kept.add(receiver);
    return { receiver, ...(made.secret && { secret: made.secret }) };
  }

  /** Secrets that are not given stay; another address takes no authorization along. */
  async change(name: string, json: unknown, now: Date): Promise<Saved> {
    const before = await this.kept.get(name);
    const input = checked(namedByPath(json, name), before.sealed === undefined);
    const made = this.sealed(input, before);
    const { created_at, source, version } = before;
    const receiver: ReceiverDocument = {
      _id: name,
      ...input.fields,
      ...made.fields,
      source,
      version: version + 1,
      created_at,
      updated_at: now,
    };
    await this.kept.replace(before, receiver);
    return { receiver, ...(made.secret && { secret: made.secret }) };
  }

  /** A new secret; the present one signs too until there is another change of it. */
  async rotate(name: string, now: Date): Promise<Saved> {
    const before = await this.kept.get(name);
    if (before.sealed === undefined)
      throw new ProblemError(409, `The receiver ${name} has no secret that is kept here.`);
    const secrets = this.opened(before);
    const secret = newWebhookSecret();
    const next = { ...secrets, secrets: [secret, ...secrets.secrets.slice(0, 1)] };
    const receiver = {
      ...before,
      sealed: seal(next, name, this.credentialsSecret),
      version: before.version + 1,
      updated_at: now,
    };
    await this.kept.replace(before, receiver);
    return { receiver, secret };
  }

  async remove(name: string): Promise<void> {
    const users = await this.mongo.routes.find({ receiver: name }).limit(5).toArray();
    if (users.length > 0) {
      const names = users.map(({ _id }) => _id).join(', ');
      throw new ProblemError(409, `The receiver ${name} is named by the routes ${names}.`);
    }
    await this.kept.remove(name);
  }

  /** @returns id of a notification that the notifier delivers */
  async test(name: string, by: string, now: Date): Promise<string> {
    const { kind } = await this.kept.get(name);
    const content = {
      _id: `ntf_test_${randomUUID()}`,
      receiver: name,
      kind,
      route: null,
      reason: 'test' as const,
      group: null,
      labels: {},
      alerts: [{ change: 'new' as const, alert: sample(by, now) }],
      more: 0,
    };
    const expireAt = new Date(now.getTime() + TESTS_KEPT_DAYS * DAY_MS);
    await this.mongo.notifications.insertOne(pendingNotification(content, now, expireAt));
    return content._id;
  }

  private sealed(
    { name, fields, secrets = {} }: ReceiverInput,
    before: ReceiverDocument | undefined,
  ): { fields: Partial<ReceiverDocument>; secret?: string } {
    if (fields.kind === 'email' || fields.env) return { fields: {} };
    if (this.credentialsSecret === '')
      throw new ProblemError(
        409,
        'No secret can be kept here, as CREDENTIALS_SECRET is not set; give url_env and secret_env, the names of variables of the notifier.',
      );
    const known = before?.sealed === undefined ? undefined : this.opened(before);
    const url = secrets.url ?? known?.url;
    if (url === undefined) throw notValid('body', [{ field: 'url', message: 'url is required' }]);
    const isNew = secrets.secret === undefined && known === undefined;
    const secret = isNew ? newWebhookSecret() : secrets.secret;
    // Whoever may change the address must not learn the authorization by it.
    const same = known !== undefined && url === known.url;
    const authorization = secrets.authorization ?? (same ? known.authorization : undefined);
    const all: WebhookSecrets = {
      url,
      secrets: secret === undefined ? known!.secrets : [secret],
      ...(authorization !== undefined && { authorization }),
    };
    return {
      fields: { sealed: seal(all, name, this.credentialsSecret), shown_url: shownUrl(url) },
      ...(isNew && { secret: secret! }),
    };
  }

  private opened({ _id, sealed = '' }: ReceiverDocument): WebhookSecrets {
    const opened = unseal(sealed, _id, this.credentialsSecret);
    if (!opened)
      throw new ProblemError(
        409,
        `The secrets of ${_id} are sealed with another CREDENTIALS_SECRET: delete it and make it anew.`,
      );
    return opened;
  }
}

function checked(json: unknown, created: boolean): ReceiverInput {
  const found = checkReceiver(json, created);
  if ('errors' in found) throw notValid('body', found.errors);
  return found.value;
}

const sample = (by: string, now: Date): NotificationDocument['alerts'][number]['alert'] => ({
  id: 'test',
  version: 1,
  status: 'active',
  severity: 'warning',
  device_id: 'test-device',
  sensor_type: 'temperature_c',
  rule: 'test',
  message: `Test notification, asked for by ${by}`,
  labels: {},
  value: 81,
  last_value: 81,
  threshold: 80,
  started_at: now.toISOString(),
  resolved_at: null,
});
