import { ProblemError } from '@iot/service';
import type { FastifyRequest } from 'fastify';
import { JSON_TYPE } from './core/formats.js';
import { negotiate } from './core/media-type.js';

export const JSON_ONLY = [JSON_TYPE] as const;

/**
 * The media type to answer with. @throws ProblemError 406 when the Accept header allows none of
 * those offered
 */
export function acceptable<T extends string>(
  request: FastifyRequest,
  offered: readonly T[],
  what = 'This',
): T {
  const type = negotiate(request.headers.accept, offered);
  if (type) return type;
  throw new ProblemError(
    406,
    `${what} is served as ${offered.join(', ')}; the Accept header allows none of them.`,
    { title: 'Not Acceptable' },
  );
}
