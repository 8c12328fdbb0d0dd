import { Requires } from '@iot/access';
import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { acceptable, JSON_ONLY } from '../lists/acceptable.js';
import { ApiProblems } from '../lists/api-problems.js';
import { NoQuery } from '../lists/parameters.js';
import { InIndex } from '../overview/in-index.js';
import { Statistics } from './statistics.model.js';
import { StatisticsReader } from './statistics.reader.js';

/** How much there is. */
@Requires('viewer')
@ApiTags('overview')
@Controller('stats')
export class StatsController {
  constructor(private readonly statistics: StatisticsReader) {}

  @Get()
  @InIndex('counts, active alerts by severity, the last reading')
  @ApiOperation({
    summary: 'Counts, active alerts by severity, and the last reading',
    operationId: 'OverviewController_stats',
  })
  @ApiOkResponse({ type: Statistics })
  @ApiProblems(400, 406, 503)
  read(
    @Query() _query: NoQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Statistics> {
    acceptable(request, JSON_ONLY);
    void reply.header('cache-control', 'no-store');
    return this.statistics.read();
  }
}
