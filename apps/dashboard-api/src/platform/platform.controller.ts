import { Requires } from '@iot/access';
import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PlatformReader } from './platform.reader.js';
import { acceptable, JSON_ONLY } from '../lists/acceptable.js';
import { ApiProblems } from '../lists/api-problems.js';
import { NoQuery } from '../lists/parameters.js';
import { Platform, REFERENCED_MODELS } from './platform.model.js';
import { InIndex } from '../overview/in-index.js';

/** The services themselves. */
@Requires('viewer')
@ApiTags('overview')
@Controller('platform')
export class PlatformController {
  constructor(private readonly platform: PlatformReader) {}

  @Get()
  @InIndex('the services themselves: replicas, rollouts, autoscaling, consumer lag')
  @ApiOperation({
    summary:
      'How the services are doing: replicas, images, restarts, rollouts, autoscaling and consumer lag',
    description:
      'In a Kubernetes cluster, what the API server says of the release, joined with the lag of each consumer group; elsewhere `cluster` is null, ' +
      'and the rest is what this process knows and what Kafka says. What cannot be found out is null, with the reason, and no error. ' +
      'Answers are up to five seconds old.',
  })
  @ApiExtraModels(...REFERENCED_MODELS)
  @ApiOkResponse({ type: Platform })
  @ApiProblems(400, 406)
  read(
    @Query() _query: NoQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Platform> {
    acceptable(request, JSON_ONLY);
    void reply.header('cache-control', 'no-store');
    return this.platform.read();
  }
}
