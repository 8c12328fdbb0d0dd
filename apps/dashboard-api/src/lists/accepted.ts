import { ProblemError } from '@iot/service';
import type { FastifyRequest } from 'fastify';
import { negotiate } from './core/media-type.js';
import { JSON_TYPE } from './responder.js';

export const JSON_ONLY = [JSON_TYPE];

/**
 * The media type to answer with. @throws ProblemError 406 when the Accept header allows none of
 * those offered
 */
export function accepted(request: FastifyRequest, offered: readonly string[]): string {
  const type = negotiate(request.headers.accept, offered);
  if (type) return type;
  throw new ProblemError(
    406,
    `This is served as ${offered.join(', ')}; the Accept header allows none of them.`,
    {
      title: 'Not Acceptable',
    },
  );
}
