import { mayDo, ruleOf, setPrincipal, type Principal, type Rule } from '@iot/access';
import { ProviderUnavailable } from '@iot/accounts';
import { isDatabaseUnavailable } from '@iot/mongo';
import { LOGGER, ProblemError, type Logger } from '@iot/service';
import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DASHBOARD_METRICS, type DashboardMetrics } from '../metrics.js';
import { GATE, type Gate } from './gate.js';
import { REFUSALS, type Refusal } from './refusals.js';

const REALM = 'Bearer realm="telemetry"';
const RETRY_AFTER_S = 2;
const LOG_EVERY_MS = 10_000;

/** Lets a request through where its sender may do what the endpoint asks for (`@Requires`). */
@Injectable()
export class AccessGuard implements CanActivate {
  private loggedAt = -Infinity;

  constructor(
    private readonly reflector: Reflector,
    @Inject(GATE) private readonly gate: Gate,
    @Inject(DASHBOARD_METRICS) private readonly metrics: Pick<DashboardMetrics, 'refusals'>,
    @Inject(LOGGER) private readonly log: Pick<Logger, 'warn'>,
  ) {}

  /** @throws ProblemError 401 for nobody in particular, 403 for somebody without the right */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const rule = ruleOf(this.reflector, context.getHandler(), context.getClass());
    if (rule === 'anyone') return true;
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const found = await this.identify(request, reply);
    if (found === 'no_role') throw this.withoutRole(reply);
    if (found === 'foreign_page') throw this.foreignPage();
    if (typeof found === 'string') throw this.unknown(reply, found);
    if (!mayDo(found.role, rule)) throw this.forbidden(reply, found, rule);
    setPrincipal(request, found);
    return true;
  }

  private async identify(
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<Principal | Refusal> {
    try {
      return await this.gate.identify(request);
    } catch (error) {
      const away = isDatabaseUnavailable(error)
        ? 'the database'
        : error instanceof ProviderUnavailable && 'the identity provider';
      if (!away) throw error;
      this.metrics.refusals.inc({ reason: 'unavailable' });
      this.report(error as Error);
      void reply.header('retry-after', String(RETRY_AFTER_S));
      throw new ProblemError(
        503,
        `It cannot be found out who asks: ${away} does not answer; try again in ${RETRY_AFTER_S} s.`,
      );
    }
  }

  /** RFC 6750: without credentials there is no error to name. */
  private unknown(reply: FastifyReply, reason: Refusal): ProblemError {
    this.metrics.refusals.inc({ reason });
    const error = reason === 'missing' ? '' : ', error="invalid_token"';
    void reply.header('www-authenticate', REALM + error);
    return new ProblemError(401, REFUSALS[reason], { reason });
  }

  private report({ message }: Error): void {
    const now = performance.now();
    if (now - this.loggedAt < LOG_EVERY_MS) return;
    this.loggedAt = now;
    this.log.warn({ error: message }, 'it cannot be found out who asks; requests get 503');
  }

  private withoutRole(reply: FastifyReply): ProblemError {
    this.metrics.refusals.inc({ reason: 'no_role' });
    void reply.header('www-authenticate', `${REALM}, error="insufficient_scope"`);
    return new ProblemError(403, REFUSALS.no_role, { reason: 'no_role' });
  }

  private foreignPage(): ProblemError {
    this.metrics.refusals.inc({ reason: 'foreign_page' });
    return new ProblemError(403, REFUSALS.foreign_page, { reason: 'foreign_page' });
  }

  private forbidden(reply: FastifyReply, { role }: Principal, rule: Rule): ProblemError {
    this.metrics.refusals.inc({ reason: 'forbidden' });
    void reply.header('www-authenticate', `${REALM}, error="insufficient_scope", scope="${rule}"`);
    return new ProblemError(403, `This is for the role ${rule}; yours is ${role}.`, {
      reason: 'forbidden',
    });
  }
}
