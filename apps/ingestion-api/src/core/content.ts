import type { Format } from '@iot/intake';

/** How a body is compressed. */
export type Encoding = 'identity' | 'gzip' | 'deflate' | 'br';

const NDJSON = new Set([
  'application/x-ndjson',
  'application/ndjson',
  'application/jsonl',
  'application/x-jsonlines',
  'application/json-lines',
]);
const UTF8 = new Set(['utf-8', 'utf8', 'us-ascii', 'ascii']);

/**
 * The format that a Content-Type names; undefined for one that is not taken, or a charset that is
 * not UTF-8.
 */
export function formatOf(contentType: string | undefined): Format | undefined {
  if (contentType === 'application/json') return 'json';
  if (contentType === undefined) return undefined;
  const [type = '', ...parameters] = contentType
    .split(';')
    .map((part) => part.trim().toLowerCase());
  for (const parameter of parameters) {
    const [name, value = ''] = parameter.split('=').map((part) => part.trim());
    if (name === 'charset' && !UTF8.has(value.replace(/^"(.*)"$/, '$1'))) return undefined;
  }
  if (type === 'application/json') return 'json';
  return NDJSON.has(type) ? 'ndjson' : undefined;
}

/** The encoding that a Content-Encoding names; undefined for one that is not taken. */
export function encodingOf(contentEncoding: string | undefined): Encoding | undefined {
  switch (contentEncoding?.trim().toLowerCase()) {
    case undefined:
    case '':
    case 'identity':
      return 'identity';
    case 'gzip':
    case 'x-gzip':
      return 'gzip';
    case 'deflate':
      return 'deflate';
    case 'br':
      return 'br';
    default:
      return undefined;
  }
}

const EVENT_ID = /^[A-Za-z0-9._:-]{1,64}$/;

/**
 * The event id in an Idempotency-Key header, which may be quoted; undefined when it cannot be one.
 */
export function eventIdOf(idempotencyKey: string): string | undefined {
  const bare = /^"(.*)"$/.exec(idempotencyKey)?.[1] ?? idempotencyKey;
  return EVENT_ID.test(bare) ? bare : undefined;
}
