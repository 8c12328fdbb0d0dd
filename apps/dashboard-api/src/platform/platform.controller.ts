import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PlatformReader } from './platform.reader.js';
import { accepted, JSON_ONLY } from '../lists/accepted.js';
import { ApiProblems } from '../lists/api-list.js';
import { NoQuery } from '../lists/parameters.js';
import { PLATFORM_PARTS, PlatformModel } from './platform.model.js';
import { QueryPipe } from '../lists/query.pipe.js';

/** The services themselves. */
@ApiTags('overview')
@Controller()
export class PlatformController {
  constructor(private readonly platform: PlatformReader) {}

  @Get('platform')
  @ApiOperation({
    summary:
      'How the services are doing: replicas, images, restarts, rollouts, autoscaling and consumer lag',
    description:
      'In a Kubernetes cluster, what the API server says of the release, joined with the lag of each consumer group; elsewhere `cluster` is null, ' +
      'and the rest is what this process knows and what Kafka says. What cannot be found out is null, with the reason, and no error. ' +
      'Answers are up to five seconds old.',
  })
  @ApiExtraModels(...PLATFORM_PARTS)
  @ApiOkResponse({ type: PlatformModel })
  @ApiProblems(400, 406)
  async read(
    @Query(QueryPipe) _query: NoQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    accepted(request, JSON_ONLY);
    await reply.header('cache-control', 'no-store').send(await this.platform.read());
  }
}
