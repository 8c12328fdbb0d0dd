import { hash, timingSafeEqual } from 'node:crypto';
import { Controller, Get, Headers, Inject, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Registry } from 'prom-client';
import { Requires } from '@iot/access';
import { Health } from '@iot/health';
import { problem, sendProblem } from './problem.js';
import { METRICS_TOKEN, SERVICE_INFO, type ServiceInfo } from './tokens.js';

/** `/health`, `/health/live`, `/health/ready` and `/metrics` of every service. */
@Requires('anyone')
@ApiExcludeController()
@Controller()
export class OperationsController {
  constructor(
    private readonly health: Health,
    private readonly registry: Registry,
    @Inject(SERVICE_INFO) private readonly info: ServiceInfo,
    @Inject(METRICS_TOKEN) private readonly token: string | undefined,
  ) {}

  @Get('health')
  async summary() {
    const { ready, checks } = await this.health.ready();
    return {
      status: ready ? 'ok' : 'unavailable',
      ...this.info,
      uptime_s: Math.round(process.uptime()),
      checks,
    };
  }

  @Get('health/live')
  live() {
    return { status: 'ok' };
  }

  @Get('health/ready')
  async ready(@Res() reply: FastifyReply): Promise<void> {
    const { ready, checks } = await this.health.ready();
    await reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready', checks });
  }

  @Get('metrics')
  async metrics(
    @Headers('authorization') authorization: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (this.token !== undefined && !isBearer(authorization, this.token)) {
      void reply.header('www-authenticate', 'Bearer realm="metrics"');
      await sendProblem(
        reply,
        problem(401, 'Metrics are for who has METRICS_TOKEN: Authorization: Bearer …'),
      );
      return;
    }
    await reply.type(this.registry.contentType).send(await this.registry.metrics());
  }
}

function isBearer(header: string | undefined, token: string): boolean {
  const given = /^bearer +(\S+) *$/i.exec(header ?? '')?.[1];
  if (given === undefined) return false;
  // Of hashes, as what is compared in constant time must be of one length.
  return timingSafeEqual(hash('sha256', given, 'buffer'), hash('sha256', token, 'buffer'));
}
