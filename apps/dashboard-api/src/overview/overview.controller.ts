import { Requires } from '@iot/access';
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
import { acceptable } from '../lists/acceptable.js';
import { ApiProblems } from '../lists/api-problems.js';
import { JSON_TYPE } from '../lists/core/formats.js';
import { NoQuery } from '../lists/parameters.js';
import { overview, overviewPage } from './core/overview.js';
import { Endpoints } from './endpoints.js';
import { Overview } from './overview.model.js';

const HTML_TYPE = 'text/html';

/** What there is. */
@Requires('anyone')
@ApiTags('overview')
@Controller()
export class OverviewController {
  constructor(
    private readonly endpoints: Endpoints,
    @Inject(SERVICE_INFO) private readonly info: ServiceInfo,
  ) {}

  @Get()
  @ApiOperation({ summary: 'What this API has, as JSON, or as a page for browsers' })
  @ApiExtraModels(Overview)
  @ApiOkResponse({
    description: 'Name, version and endpoints',
    content: {
      [JSON_TYPE]: { schema: { $ref: getSchemaPath(Overview) } },
      [HTML_TYPE]: { schema: { type: 'string' } },
    },
  })
  @ApiProblems(400, 406)
  index(
    @Query() _query: NoQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): string {
    const type = acceptable(request, [JSON_TYPE, HTML_TYPE]);
    void reply.type(`${type}; charset=utf-8`).header('vary', 'Accept');
    const endpoints = this.endpoints.all();
    return type === HTML_TYPE
      ? overviewPage(this.info.version, endpoints)
      : JSON.stringify(overview(this.info.version, endpoints));
  }
}
