import { mayDo, ruleOf, setPrincipal, type Principal, type Rule } from '@iot/access';
import { ProblemError } from '@iot/service';
import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GATE, isRefusal, type Gate, type Refusal } from './gate.js';

const REALM = 'Bearer realm="telemetry"';

/** Lets a request through where its sender may do what the endpoint asks for (`@Requires`). */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    @Inject(GATE) private readonly gate: Gate,
  ) {}

  /** @throws ProblemError 401 for nobody in particular, 403 for somebody without the right */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const rule = ruleOf(this.reflector, context.getHandler(), context.getClass());
    if (rule === 'anyone') return true;
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const found = await this.gate.identify(request);
    if (isRefusal(found)) throw unknown(reply, found);
    if (!mayDo(found.role, rule)) throw forbidden(reply, found, rule);
    setPrincipal(request, found);
    return true;
  }
}

/** RFC 6750: without credentials there is no error to name. */
function unknown(reply: FastifyReply, { reason, sentence }: Refusal): ProblemError {
  const error = reason === 'missing' ? '' : ', error="invalid_token"';
  void reply.header('www-authenticate', REALM + error);
  return new ProblemError(401, sentence);
}

function forbidden(reply: FastifyReply, { role }: Principal, rule: Rule): ProblemError {
  void reply.header('www-authenticate', `${REALM}, error="insufficient_scope", scope="${rule}"`);
  return new ProblemError(403, `This is for the role ${rule}; yours is ${role}.`);
}
