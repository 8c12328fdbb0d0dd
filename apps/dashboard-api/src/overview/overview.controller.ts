import { SERVICE_INFO, type ServiceInfo } from '@iot/service';
import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import {
  ApiExtraModels,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { overview, overviewPage } from './core/overview.js';
import { StatisticsReader } from '../stats/statistics.js';
import { accepted, JSON_ONLY } from '../lists/accepted.js';
import { ApiProblems } from '../lists/api-list.js';
import { JSON_TYPE } from '../lists/responder.js';
import { NoQuery } from '../lists/parameters.js';
import { QueryPipe } from '../lists/query.pipe.js';
import { OverviewModel, StatisticsModel } from '../lists/row-models.js';

const HTML_TYPE = 'text/html';

/** What there is, and how much of it. */
@ApiTags('overview')
@Controller()
export class OverviewController {
  constructor(
    private readonly statistics: StatisticsReader,
    @Inject(SERVICE_INFO) private readonly info: ServiceInfo,
  ) {}

  @Get()
  @ApiOperation({ summary: 'What this API has, as JSON, or as a page for browsers' })
  @ApiExtraModels(OverviewModel)
  @ApiOkResponse({
    description: 'Name, version and endpoints',
    content: {
      [JSON_TYPE]: { schema: { $ref: getSchemaPath(OverviewModel) } },
      [HTML_TYPE]: { schema: { type: 'string' } },
    },
  })
  @ApiProblems(400, 406)
  async index(
    @Query(QueryPipe) _query: NoQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const type = accepted(request, [JSON_TYPE, HTML_TYPE]);
    void reply.type(`${type}; charset=utf-8`).header('vary', 'Accept');
    await reply.send(
      type === HTML_TYPE
        ? overviewPage(this.info.version)
        : JSON.stringify(overview(this.info.version)),
    );
  }

  @Get('stats')
  @ApiOperation({ summary: 'Counts, active alerts by severity, and the last reading' })
  @ApiOkResponse({ type: StatisticsModel })
  @ApiProblems(400, 406, 503)
  async stats(
    @Query(QueryPipe) _query: NoQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    accepted(request, JSON_ONLY);
    await reply.header('cache-control', 'no-store').send(await this.statistics.read());
  }
}
