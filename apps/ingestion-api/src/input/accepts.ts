import type { Format } from '@iot/intake';
import { encodingOf, formatOf, type Encoding } from '../core/content.js';
import type { Exchange } from './answer.js';
import type { Receiver } from './receiver.js';
import { Refusal } from './refusal.js';

/**
 * What the headers say of the body; undefined when that is refused, and answered.
 * @param limit most bytes that are read of a refused body
 */
export function accepts(
  receiver: Receiver,
  exchange: Exchange,
  formats: readonly Format[],
  limit: number,
): { readonly format: Format; readonly encoding: Encoding } | undefined {
  const { headers } = exchange.request;
  const format = formatOf(headers['content-type']);
  const encoding = encodingOf(headers['content-encoding']);
  if (format && encoding && formats.includes(format)) return { format, encoding };
  receiver.discard(exchange, limit);
  receiver.fail(exchange, encoding ? wrongType(formats) : wrongEncoding());
  return undefined;
}

function wrongType(formats: readonly Format[]): Refusal {
  const takes = formats.includes('ndjson')
    ? 'application/json or application/x-ndjson'
    : 'application/json';
  const detail = `Content-Type must be ${takes}, in UTF-8.`;
  return new Refusal('unsupported_media_type', 415, detail, {
    headers: { 'accept-post': takes.replace(' or ', ', ') },
  });
}

const wrongEncoding = (): Refusal =>
  new Refusal(
    'unsupported_media_type',
    415,
    'Content-Encoding must be gzip, deflate, br or none.',
    { headers: { 'accept-encoding': 'gzip, deflate, br' } },
  );
