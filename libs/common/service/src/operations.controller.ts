import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Registry } from 'prom-client';
import { Health } from '@iot/health';
import { SERVICE_INFO, type ServiceInfo } from './tokens.js';

/** `/health`, `/health/live`, `/health/ready` and `/metrics` of every service. */
@ApiExcludeController()
@Controller()
export class OperationsController {
  constructor(
    private readonly health: Health,
    private readonly registry: Registry,
    @Inject(SERVICE_INFO) private readonly info: ServiceInfo,
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
  async metrics(@Res() reply: FastifyReply): Promise<void> {
    await reply.type(this.registry.contentType).send(await this.registry.metrics());
  }
}
