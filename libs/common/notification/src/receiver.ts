import type { ReceiverDocument } from '@iot/mongo';
import { Checks, type FieldError } from './checks.js';
import type { WebhookSecrets } from './seal.js';

/** A receiver as somebody writes it, checked. */
export interface ReceiverInput {
  readonly name: string;
  /** All of the document that is no secret. */
  readonly fields: Pick<ReceiverDocument, 'kind' | 'enabled' | 'rate_limit'> &
    Pick<Partial<ReceiverDocument>, 'format' | 'to' | 'env'>;
  /** What is to be sealed; parts that are absent stay as they are. */
  readonly secrets?: { url?: string; secret?: string; authorization?: string };
}

type ReceiverVariables = NonNullable<ReceiverDocument['env']>;
export type Checked<T> = { readonly value: T } | { readonly errors: readonly FieldError[] };

const NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/;
export const NAME_RULE = '1–63 of a-z 0-9 . _ -, beginning with a letter or digit';
/** Printable ASCII without what ends a header or an address list. */
const ADDRESS = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$/;
const ADDRESS_RULE = 'e-mail addresses such as ops@example.com, without a name';
const SECRET = /^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/;
const HEADER = /^[\x20-\x7e]{1,4096}$/;
/**
 * Names of variables that a receiver may mean: never those of the platform itself. What is between
 * the beginning and the end says whose they are.
 */
const VARIABLE = /^NOTIFY_RECEIVER_([A-Z0-9_]{1,64})_(URL|SECRET|AUTHORIZATION)$/;

const KNOWN = ['name', 'kind', 'enabled', 'format', 'to', 'rate_limit'];
const SECRETS = ['url', 'secret', 'authorization'];
const REFERENCES = SECRETS.map((name) => `${name}_env`);

export const isName = (name: string): boolean => NAME.test(name);

/** @param created whether it is new: then a webhook needs its url */
export function checkReceiver(json: unknown, created: boolean): Checked<ReceiverInput> {
  const checks = new Checks(json, [...KNOWN, ...SECRETS, ...REFERENCES]);
  const name = checks.required('name', NAME, NAME_RULE);
  if (!checks.has('kind')) checks.say('kind', 'is required: webhook or email');
  const kind = checks.oneOf('kind', ['webhook', 'email'], 'webhook');
  const fields = {
    kind,
    enabled: checks.flag('enabled', true),
    rate_limit: rateLimit(checks),
    ...(kind === 'email' ? { to: recipients(checks) } : webhook(checks, created)),
  };
  const secrets = kind === 'webhook' ? secretsOf(checks) : {};
  if (kind === 'email')
    for (const field of ['format', ...SECRETS, ...REFERENCES])
      if (checks.has(field)) checks.say(field, 'is for a webhook');
  if (checks.errors.length > 0) return { errors: checks.errors };
  return { value: { name, fields, secrets } };
}

function rateLimit(checks: Checks): { count: number; per_s: number } {
  const otherwise = { count: 30, per_s: 60 };
  if (!checks.has('rate_limit')) return otherwise;
  const inner = new Checks(checks.raw('rate_limit'), Object.keys(otherwise), 'rate_limit');
  const limit = {
    count: inner.whole('count', 1, 100_000, otherwise.count),
    per_s: inner.whole('per_s', 1, 86_400, otherwise.per_s),
  };
  checks.errors.push(...inner.errors);
  return limit;
}

function recipients(checks: Checks): string[] {
  const to = checks.texts('to', ADDRESS, 50, ADDRESS_RULE);
  if (!to?.length && !checks.errors.some(({ field }) => field === 'to'))
    checks.say('to', `is required: ${ADDRESS_RULE}`);
  return to ?? [];
}

function webhook(checks: Checks, created: boolean) {
  if (checks.has('to')) checks.say('to', 'is for e-mail');
  const format = checks.oneOf('format', ['standard', 'alertmanager'], 'standard');
  const variable = (field: string, end: string) =>
    checks.text(
      field,
      new RegExp(`^NOTIFY_RECEIVER_[A-Z0-9_]{1,64}_${end}$`),
      `a variable of the notifier such as NOTIFY_RECEIVER_PAGER_${end}`,
    );
  const url = variable('url_env', 'URL');
  const secret = variable('secret_env', 'SECRET');
  const authorization = variable('authorization_env', 'AUTHORIZATION');
  const references = REFERENCES.some((field) => checks.has(field));
  if (!references) {
    if (created && !checks.has('url')) checks.say('url', 'is required: an https address');
    return { format };
  }
  for (const field of ['url_env', 'secret_env'])
    if (!checks.has(field)) checks.say(field, 'is required with the other variables');
  for (const field of SECRETS)
    if (checks.has(field)) checks.say(field, 'stands beside variables: give either');
  const env = { url: url ?? '', secret: secret ?? '', ...(authorization && { authorization }) };
  if (checks.errors.length === 0 && !areOfOne(env))
    checks.say(
      'url_env',
      'must be of the same receiver as the other variables: NOTIFY_RECEIVER_PAGER_URL goes with NOTIFY_RECEIVER_PAGER_SECRET',
    );
  return { format, env };
}

/**
 * Whether variables are of one receiver by their names. Of several, the secret of one would go to
 * the address of another, by who may name variables and know none of them.
 */
export function areOfOne({ url, secret, authorization }: ReceiverVariables): boolean {
  const named = Object.entries({ URL: url, SECRET: secret, AUTHORIZATION: authorization })
    .filter(([, name]) => name !== undefined)
    .map(([end, name]) => ({ end, found: VARIABLE.exec(name!) }));
  return (
    named.every(({ end, found }) => found?.[2] === end) &&
    new Set(named.map(({ found }) => found?.[1])).size === 1
  );
}

function secretsOf(checks: Checks): NonNullable<ReceiverInput['secrets']> {
  const url = checks.text('url', /^.{1,2048}$/s, 'an address of at most 2048 characters');
  const wrong = url === undefined ? undefined : urlProblem(url);
  if (wrong) checks.say('url', wrong);
  const secret = checks.text('secret', SECRET, 'whsec_ and base64 of 24 to 64 bytes');
  const authorization = checks.text('authorization', HEADER, 'printable ASCII characters');
  return {
    ...(url !== undefined && { url }),
    ...(secret !== undefined && { secret }),
    ...(authorization !== undefined && { authorization }),
  };
}

/** What is wrong with the address of a webhook, whoever wrote it; undefined: nothing. */
export function urlProblem(text: string): string | undefined {
  if (!URL.canParse(text)) return 'must be an address such as https://example.com/alerts';
  const { protocol, username, password, hash } = new URL(text);
  if (protocol !== 'https:' && protocol !== 'http:') return 'must begin with https:// or http://';
  if (username || password) return 'must not have a user or password: give authorization';
  return hash ? 'must not have a fragment' : undefined;
}

/** What is wrong with secrets that come from variables; undefined: nothing. */
export function secretsProblem({
  url,
  secrets,
  authorization,
}: WebhookSecrets): string | undefined {
  const wrong = urlProblem(url);
  if (wrong) return `url ${wrong}`;
  if (!secrets.every((secret) => SECRET.test(secret)))
    return 'secret must be whsec_ and base64 of 24 to 64 bytes';
  return authorization === undefined || HEADER.test(authorization)
    ? undefined
    : 'authorization must be printable ASCII characters';
}
