import type { FastifyReply, FastifyRequest } from 'fastify';
import { encodingFor } from './core/encoding.js';
import type { PageFile } from './page-files.js';

const YEAR_S = 31_536_000;

/**
 * The page runs its own scripts and styles only, none of them inline, talks to nobody but us, and
 * cannot be framed.
 */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** Answers with a file of the page, in the smallest encoding that the caller takes. */
export function sendFile(request: FastifyRequest, reply: FastifyReply, file: PageFile): void {
  const wanted = encodingFor(request.headers['accept-encoding']);
  const bytes = file.bytes[wanted];
  const encoding = bytes === file.bytes.identity ? 'identity' : wanted;
  // Of one encoding each: what a cache has in one must not stand for another.
  const etag = encoding === 'identity' ? file.etag : file.etag.replace(/"$/, `-${encoding}"`);
  void reply.headers({
    ...HEADERS,
    etag,
    vary: 'Accept, Accept-Encoding',
    'cache-control': file.immutable ? `public, max-age=${YEAR_S}, immutable` : 'no-cache',
  });
  if (request.headers['if-none-match']?.includes(etag)) return void reply.code(304).send();
  if (encoding !== 'identity') void reply.header('content-encoding', encoding);
  void reply.type(file.type).send(bytes);
}
