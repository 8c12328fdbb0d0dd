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
import { PageFiles } from '../page/page-files.js';
import { sendFile } from '../page/send-file.js';
import { overview } from './core/overview.js';
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
    private readonly files: PageFiles,
    @Inject(SERVICE_INFO) private readonly info: ServiceInfo,
  ) {}

  @Get()
  @ApiOperation({ summary: 'What this API has, as JSON; for browsers the dashboard' })
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
    @Res() reply: FastifyReply,
  ): void {
    const { page } = this.files;
    const type = acceptable(request, page ? [JSON_TYPE, HTML_TYPE] : [JSON_TYPE]);
    if (page && type === HTML_TYPE) return sendFile(request, reply, page);
    void reply
      .type(`${JSON_TYPE}; charset=utf-8`)
      .header('vary', 'Accept, Accept-Encoding')
      .send(JSON.stringify(overview(this.info.version, this.endpoints.all())));
  }
}
