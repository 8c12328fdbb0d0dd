import type { Audit, AuditAction } from '@iot/accounts';
import type { FastifyRequest } from 'fastify';
import { actorOf } from './actor.js';

/** Notes in the audit what requests changed. With AUTH=off it was done by `anonymous`. */
export class ActLog {
  constructor(private readonly audit: Pick<Audit, 'record'>) {}

  /**
   * @param target the name or id of what was changed
   * @param detail how; names, ids and versions, and nothing that somebody typed as a text
   */
  note(request: FastifyRequest, action: AuditAction, target: string, detail = ''): Promise<void> {
    return this.audit.record(actorOf(request), { action, target, detail }, new Date());
  }
}
