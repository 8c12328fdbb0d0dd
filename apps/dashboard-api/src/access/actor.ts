import { principalOf } from '@iot/access';
import type { Actor } from '@iot/accounts';
import type { FastifyRequest } from 'fastify';

/** Who asks and from where, for the audit. */
export function actorOf(request: FastifyRequest): Actor {
  const { kind, id } = principalOf(request);
  return { kind, id, source: request.ip };
}
